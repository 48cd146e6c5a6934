using System.ComponentModel;
using System.Text.Json;
using AiGateway.TestKit;

namespace AiGateway.FunctionalTests.Forms;

/// <summary>OpenAI's official Node client before other providers' pictures, speech, transcripts and moderation (<c>node/media.mjs</c>).</summary>
public sealed class MediaNodeTests(MediaNodeTests.Run run) : IClassFixture<MediaNodeTests.Run>
{
    public static TheoryData<string> Cases { get; } = new("images", "image_edit", "speech", "transcription", "transcription_beyond_memory", "subtitles", "moderation", "errors");

    [Theory]
    [MemberData(nameof(Cases))]
    public void NodeCase_Passes(string name)
    {
        Assert.SkipWhen(run.Skipped is not null, run.Skipped ?? "");

        Assert.True(run.Results.TryGetValue(name, out var error), $"The case did not run. The program wrote:\n{run.Output}");
        Assert.True(error is null, error);
    }

    /// <summary>Runs the program once, against a gateway of its own.</summary>
    public sealed class Run : IAsyncLifetime
    {
        private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

        private readonly MediaFixture _gateway = new();
        private bool _isStarted;

        /// <summary>Why nothing was run; null when it was.</summary>
        public string? Skipped { get; private set; }

        /// <summary>What the program wrote.</summary>
        public string Output { get; private set; } = "";

        /// <summary>Each case's error; null where it passed.</summary>
        public Dictionary<string, string?> Results { get; } = new(StringComparer.Ordinal);

        public async ValueTask InitializeAsync()
        {
            var folder = RepositoryRoot.Of("tests", "AiGateway.FunctionalTests", "node");
            if (!Directory.Exists(Path.Combine(folder, "node_modules", "openai")))
            {
                Skipped = $"The Node clients are not installed (npm ci in {folder}).";
                return;
            }
            await _gateway.InitializeAsync();
            _isStarted = true;
            try
            {
                await using var node = ChildProcess.Start("node", ["media.mjs", _gateway.Gateway.Address.ToString()], workingDirectory: folder);
                await node.WaitForExitAsync(Limit);
                Output = node.Output;
            }
            catch (Win32Exception)
            {
                Skipped = "Node.js is not installed.";
                return;
            }
            foreach (var line in Output.Split('\n').Where(line => line.StartsWith("{\"case\"", StringComparison.Ordinal)))
            {
                var result = JsonSerializer.Deserialize<JsonElement>(line);
                Results[result.GetProperty("case").GetString()!] = result.GetProperty("error").GetString();
            }
        }

        public async ValueTask DisposeAsync()
        {
            if (_isStarted)
                await _gateway.DisposeAsync();
        }
    }
}
