using System.Text.Json;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI.Responses;
using AiGateway.Protocols.Tests.Fuzzing;
using AiGateway.Protocols.Tests.Recorded;

namespace AiGateway.Protocols.Tests.OpenAI.Responses;

/// <summary>What providers were sent and sent back goes through the neutral model and comes out the same.</summary>
public sealed class RecordedResponsesTests
{
    private static readonly Lazy<IReadOnlyList<Interaction>> Chosen = new(() => [.. Interaction.All().Where(static i => i.Operation is Operation.Responses or Operation.StoredResponse)]);

    private static IReadOnlyList<Interaction> All()
    {
        Interaction.All();
        return Chosen.Value;
    }

    [Fact]
    public void Requests_ComeOutAsTheyWentIn()
    {
        var wrong = new List<string>();
        var compared = 0;
        foreach (var interaction in All().Where(static i => i.RequestBody.Length > 0))
        {
            compared++;
            var translation = new Translation();
            var written = Codec.Write(ResponsesCodec.Instance.ReadRequest(interaction.RequestBody), translation);
            if (JsonDifference.Find(JsonDocument.Parse(interaction.RequestBody).RootElement, written) is { } difference)
                wrong.Add($"{interaction.Id} {difference}");
            if (translation.Losses.Count > 0)
                wrong.Add($"{interaction.Id} {translation.Losses[0]}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
        Assert.True(compared > 100, $"Only {compared} compared.");
    }

    [Fact]
    public void Responses_ComeOutAsTheyWentIn()
    {
        var wrong = new List<string>();
        var compared = 0;
        foreach (var interaction in All().Where(static i => !i.IsError && !i.IsStream))
        {
            compared++;
            var written = Codec.Write(ResponsesCodec.Instance.ReadResponse(interaction.ResponseBody));
            if (JsonDifference.Find(JsonDocument.Parse(interaction.ResponseBody).RootElement, written) is { } difference)
                wrong.Add($"{interaction.Id} {difference}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
        Assert.True(compared > 80, $"Only {compared} compared.");
    }

    [Fact]
    public void Streams_AreGatheredIntoTheirLastObject()
    {
        var wrong = new List<string>();
        foreach (var interaction in All().Where(static i => i.IsStream && !i.Has("no_terminal_event")))
        {
            var gathered = Codec.Decode(interaction.ResponseBody, out _, out var isComplete);
            var last = Codec.Events(interaction.ResponseBody).Last(static e => e.TryGetProperty("response", out _)).GetProperty("response");
            if (!isComplete)
                wrong.Add($"{interaction.Id} is not complete");
            var expected = ResponsesCodec.Instance.ReadResponse(JsonSerializer.SerializeToUtf8Bytes(last));
            if (expected.Usage != gathered.Usage || expected.Candidates[0].Finish != gathered.Candidates[0].Finish)
                wrong.Add($"{interaction.Id} {gathered.Usage} {gathered.Candidates[0].Finish}");
            if (JsonDifference.Find(Sorted(last), Sorted(Codec.Write(gathered)), IsExcused(interaction)) is { } difference)
                wrong.Add($"{interaction.Id} {difference}");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
    }

    [Fact]
    public void Streams_SaySameAfterEncoding()
    {
        var wrong = new List<string>();
        foreach (var interaction in All().Where(static i => i.IsStream && !i.Has("no_terminal_event")))
        {
            Codec.Decode(interaction.ResponseBody, out var ordered, out _);
            var encoded = Codec.Encode(ordered);
            if (Outline(encoded, interaction) is var actual && Outline(interaction.ResponseBody, interaction) is var expected && actual != expected)
                wrong.Add($"{interaction.Id}\n{expected}\n{actual}");
            var last = Codec.Events(interaction.ResponseBody).Last(static e => e.TryGetProperty("response", out _)).GetProperty("response");
            var written = Codec.Events(encoded)[^1].GetProperty("response");
            if (JsonDifference.Find(last, written, IsExcusedInStream(interaction)) is { } difference)
                wrong.Add($"{interaction.Id} {difference}");
            if (JsonDifference.Find(Sorted(last), Sorted(written), IsExcused(interaction)) is { } inOutput)
                wrong.Add($"{interaction.Id} {inOutput}");
            if (!Codec.Events(encoded).Select(static e => e.GetProperty("sequence_number").GetInt32()).SequenceEqual(Enumerable.Range(0, Codec.Events(encoded).Count)))
                wrong.Add($"{interaction.Id} sequence numbers");
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(20)));
    }

    [Fact]
    public void DamagedBytes_ThrowNothingButFormatExceptions()
    {
        var interactions = All().Where(static i => !i.IsError && i.ResponseBody.Length < 40_000).ToList();
        var mutator = new Mutator(20261121);
        var read = 0;
        for (var round = 0; round < 3000; round++)
        {
            var interaction = interactions[mutator.Next(interactions.Count)];
            read += Try(() => Codec.Write(ResponsesCodec.Instance.ReadRequest(mutator.Mutate(interaction.RequestBody))));
            if (interaction.IsStream)
                read += Try(() => Codec.Encode(Decoded(mutator.Mutate(interaction.ResponseBody))));
            else
                read += Try(() => Codec.Write(ResponsesCodec.Instance.ReadResponse(mutator.Mutate(interaction.ResponseBody))));
        }
        Assert.True(read > 500, $"Only {read} could be read.");
    }

    private static List<ChatEvent> Decoded(byte[] stream)
    {
        Codec.Decode(stream, out var ordered, out _);
        return ordered;
    }

    private static int Try(Action read)
    {
        try
        {
            read();
            return 1;
        }
        catch (ChatFormatException)
        {
            return 0;
        }
    }

    /// <summary>The items by their id: OpenAI leaves items of MCP servers undone until the final object, so they come last here.</summary>
    private static JsonElement Sorted(JsonElement response)
    {
        var items = response.GetProperty("output").EnumerateArray().ToList();
        return JsonSerializer.SerializeToElement(items.Any(static i => i.GetProperty("type").ValueEquals("mcp_list_tools")) ? [.. items.OrderBy(static i => i.GetProperty("id").GetString(), StringComparer.Ordinal)] : items);
    }

    /// <summary>OpenRouter names items anew in the final object (quirk 9), OpenAI encrypts thoughts anew for it; empty probabilities may be left out.</summary>
    private static Func<string, bool> IsExcused(Interaction interaction) => path => path.EndsWith(".encrypted_content", StringComparison.Ordinal)
        || path.EndsWith(".logprobs", StringComparison.Ordinal)
        || (interaction.Provider == "openrouter" && path.EndsWith(".id", StringComparison.Ordinal));

    /// <summary>What providers say of a response only when it is done does not survive translation of a stream.</summary>
    private static Func<string, bool> IsExcusedInStream(Interaction interaction) => path =>
        path is "$.output" or "$.completed_at" or "$.service_tier" or "$.output_text" or "$.tool_usage" or "$.billing" or "$.moderation" or "$.content_filters" or "$.usage" or "$.prompt_cache_retention" or "$.background"
        || IsExcused(interaction)(path);

    /// <summary>The kinds of events in order, progress of the provider's own tools left out; sorted where items overlap (quirk 9).</summary>
    private static string Outline(ReadOnlySpan<byte> stream, Interaction interaction)
    {
        var kinds = new List<string>();
        foreach (var single in Codec.Events(stream))
        {
            var type = single.GetProperty("type").GetString()!;
            if (type is "response.queued" or "response.output_text.annotation.added" || type.Contains("_call.", StringComparison.Ordinal) || type.Contains("_call_code.", StringComparison.Ordinal) || type.Contains("mcp_list_tools.", StringComparison.Ordinal))
                continue;
            if (single.TryGetProperty("item", out var item) && item.GetProperty("type").ValueEquals("mcp_list_tools"))
                continue;
            kinds.Add(type["response.".Length..]);
        }
        if (interaction.Provider == "openrouter")
            kinds.Sort(StringComparer.Ordinal);
        return string.Join(' ', kinds);
    }
}
