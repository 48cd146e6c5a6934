using System.Text;
using System.Text.Json;
using AiGateway.Protocols.OpenAI;

namespace AiGateway.Protocols.Tests.Recorded;

/// <summary>Pins that what real providers sent is understood: every request, every answer, every number.</summary>
public sealed class RecordedTrafficTests
{
    [Fact]
    public void RecordedRequests_AreAcceptedUnlessTheProviderRefusedThem()
    {
        var wrong = new List<string>();
        foreach (var interaction in Interaction.All())
        {
            var body = interaction.RequestBody;
            if (body.Length == 0)
                continue;
            var error = RequestScanner.Scan(interaction.Operation, body, out var facts);
            if (error is not null && !interaction.IsError)
                wrong.Add($"{interaction.Id}: {error}");
            if (error is null && facts.Model is not null && Encoding.UTF8.GetString(facts.ModelValue.Of(body)) != JsonSerializer.Serialize(facts.Model))
                wrong.Add($"{interaction.Id}: model range");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void RecordedUsage_IsTheProvidersOwn()
    {
        var wrong = new List<string>();
        var compared = 0;
        foreach (var interaction in Interaction.All().Where(i => !i.IsError))
        {
            var body = interaction.ResponseBody;
            if (!interaction.IsStream && interaction.Json.GetProperty("response").TryGetProperty("body_text", out _))
                continue;
            var last = ExpectedUsage.Last(body, interaction.IsStream);
            var expected = last is { } usage ? ExpectedUsage.Read(usage) : null;
            var actual = Usage(interaction, body);

            // Counted beside the usage object: these have tests of their own.
            actual = actual is null ? null : actual with { Images = 0, WebSearches = expected?.WebSearches ?? 0 };
            if (expected is null && actual == new Usage())
                actual = null;
            compared++;
            if (expected != actual)
                wrong.Add($"{interaction.Id}: expected {expected}, got {actual}");
        }
        Assert.Empty(wrong);
        Assert.True(compared > 400, $"Only {compared} interactions compared.");
    }

    [Fact]
    public void LargeBodyInspector_FindsTheSameUsageInAnyPieces()
    {
        var wrong = new List<string>();
        foreach (var interaction in Interaction.All().Where(i => !i.IsError && !i.IsStream))
        {
            var body = interaction.ResponseBody;
            var whole = ResponseInspector.Inspect(interaction.Operation, body, UsageRules.OpenAI);
            if (!whole.IsObject)
                continue;
            foreach (var size in (ReadOnlySpan<int>)[1, 7, 4096])
            {
                var inspector = new LargeBodyInspector(interaction.Operation, UsageRules.OpenAI);
                for (var at = 0; at < body.Length; at += size)
                    inspector.Append(body.AsSpan(at, Math.Min(size, body.Length - at)));
                var facts = inspector.Finish();
                if (!inspector.IsComplete || facts.Usage != whole.Usage || facts.Model != whole.Model || facts.ServiceTier != whole.ServiceTier
                    || facts.HasAnswer != whole.HasAnswer || facts.ResponseIdValue != whole.ResponseIdValue
                    || facts.PreviousResponseIdValue != whole.PreviousResponseIdValue || facts.Error != whole.Error)
                {
                    wrong.Add($"{interaction.Id} in pieces of {size}");
                }
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void RecordedStreams_AreCompleteUnlessMarkedOtherwise()
    {
        var wrong = new List<string>();
        var streams = 0;
        foreach (var interaction in Interaction.All().Where(i => i.IsStream))
        {
            streams++;
            var inspector = new StreamInspector(interaction.Operation, UsageRules.OpenAI);
            var kinds = StreamReplay.Run(inspector, interaction.ResponseBody);
            var expected = !interaction.Has("no_terminal_event") && !interaction.Has("error_in_200");
            if (inspector.IsComplete != expected)
                wrong.Add($"{interaction.Id}: complete is {inspector.IsComplete}");
            if (inspector.ErrorSeen != interaction.Has("error_in_200"))
                wrong.Add($"{interaction.Id}: error is {inspector.ErrorSeen}");
            if (kinds.Contains(StreamEventKind.Malformed))
                wrong.Add($"{interaction.Id}: malformed");
            if (!kinds.Contains(StreamEventKind.Content))
                wrong.Add($"{interaction.Id}: no content");
        }
        Assert.Empty(wrong);
        Assert.True(streams > 90, $"Only {streams} streams.");
    }

    [Fact]
    public void RecordedErrors_KeepTheirWords()
    {
        var wrong = new List<string>();
        foreach (var interaction in Interaction.All().Where(i => i.IsError))
        {
            var error = ProviderError.Parse(interaction.Status, interaction.ResponseBody);
            var said = interaction.Json.GetProperty("response").GetProperty("body").GetProperty("error").GetProperty("message").GetString()!;
            if (!error.Message.StartsWith(said.ReplaceLineEndings(" ")[..Math.Min(said.Length, 40)], StringComparison.Ordinal) || error.Kind == ProviderErrorKind.Other)
                wrong.Add($"{interaction.Id}: {error}");
        }
        Assert.Empty(wrong);
    }

    private static Usage? Usage(Interaction interaction, byte[] body)
    {
        if (!interaction.IsStream)
            return ResponseInspector.Inspect(interaction.Operation, body, UsageRules.OpenAI).Usage;
        var inspector = new StreamInspector(interaction.Operation, UsageRules.OpenAI);
        StreamReplay.Run(inspector, body);
        return inspector.Usage;
    }
}
