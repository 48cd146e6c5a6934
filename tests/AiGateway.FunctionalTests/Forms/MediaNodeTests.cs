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
            Skipped = NodeScript.WhyNot("openai");
            if (Skipped is not null)
                return;
            await _gateway.InitializeAsync();
            _isStarted = true;
            var run = await NodeScript.RunAsync("media.mjs", _gateway.Gateway.Address.ToString());
            Output = run.Output;
            foreach (var result in run.Cases)
                Results[result.GetProperty("case").GetString()!] = result.GetProperty("error").GetString();
        }

        public async ValueTask DisposeAsync()
        {
            if (_isStarted)
                await _gateway.DisposeAsync();
        }
    }
}
