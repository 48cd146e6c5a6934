using System.Buffers;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Anthropic;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.Tests.Recorded;

namespace AiGateway.Protocols.Tests.Anthropic;

/// <summary>Everything that real providers and callers said in this dialect survives reading and writing.</summary>
public sealed class RecordedAnthropicTests
{
    private static IEnumerable<Interaction> Messages() =>
        Interaction.In("anthropic.messages.jsonl")
            .Concat(Interaction.In("anthropic.count_tokens.jsonl"))
            .Concat(Interaction.In("pydantic-gateway.messages.jsonl"))
            .Concat(Interaction.In("bedrock.invoke.jsonl").Where(static i => i.Json.GetProperty("model").GetString()!.Contains("anthropic", StringComparison.Ordinal)));

    [Fact]
    public void RecordedRequests_GoBackAsTheyCame()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var interaction in Messages().Where(static i => i.RequestBody.Length > 0))
        {
            count++;
            var codec = interaction.Provider == "bedrock" ? AnthropicCodec.Bedrock : AnthropicCodec.Instance;
            var translation = new Translation();
            var output = new ArrayBufferWriter<byte>();
            codec.WriteRequest(codec.ReadRequest(interaction.RequestBody), translation, output);
            var expected = Normal(JsonNode.Parse(interaction.RequestBody)!);
            if (Wire.Difference(expected, JsonNode.Parse(output.WrittenSpan)) is { } difference)
                wrong.Add($"{interaction.Id}: {difference}");
            foreach (var loss in translation.Losses)
                wrong.Add($"{interaction.Id}: {loss}");
        }
        Assert.Empty(wrong);
        Assert.True(count > 100, $"Only {count} requests.");
    }

    [Fact]
    public void RecordedAnswers_GoBackAsTheyCame()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var interaction in Messages().Where(static i => !i.IsError && !i.IsStream && i.Endpoint != "count_tokens"))
        {
            count++;
            var response = Wire.Codec.ReadResponse(interaction.ResponseBody);
            var written = Wire.Write(response, out var translation);
            if (Wire.Difference(JsonNode.Parse(interaction.ResponseBody), written) is { } difference)
                wrong.Add($"{interaction.Id}: {difference}");
            if (translation.Losses.Count > 0)
                wrong.Add($"{interaction.Id}: {translation.Losses[0]}");
            if (response.Usage != Expected(JsonNode.Parse(interaction.ResponseBody)!["usage"]!.AsObject()))
                wrong.Add($"{interaction.Id}: {response.Usage}");
            if (response.Candidates[0].Finish == FinishReason.Unknown)
                wrong.Add($"{interaction.Id}: finish {response.Candidates[0].NativeFinish}");
        }
        Assert.Empty(wrong);
        Assert.True(count > 75, $"Only {count} answers.");
    }

    [Fact]
    public void RecordedStreams_AreGatheredAndToldAgain()
    {
        var wrong = new List<string>();
        var count = 0;
        foreach (var interaction in Messages().Where(static i => i.IsStream))
        {
            count++;
            var expected = Wire.Gather(Wire.Data(interaction.ResponseBody));
            var (stream, steps, encoded, isComplete) = Wire.Through(interaction.ResponseBody);
            if (!isComplete)
                wrong.Add($"{interaction.Id}: not complete");
            if (Wire.Difference(expected, Wire.Gather(Wire.Data(encoded))) is { } difference)
                wrong.Add($"{interaction.Id}: told again: {difference}");

            // The gathered answer, written whole: its parts are those of the events.
            var whole = Wire.Write(stream.Response, out _);
            if (Wire.Difference(WithoutEmptyCitations(expected["content"]!), WithoutEmptyCitations(whole["content"]!)) is { } content)
                wrong.Add($"{interaction.Id}: gathered: {content}");
            if (whole["stop_reason"]!.GetValue<string>() != expected["stop_reason"]!.GetValue<string>() || whole["id"]!.GetValue<string>() != expected["id"]!.GetValue<string>())
                wrong.Add($"{interaction.Id}: {whole["stop_reason"]}");
            if (stream.Response.Usage != Expected(expected["usage"]!.AsObject()))
                wrong.Add($"{interaction.Id}: {stream.Response.Usage}");
            if (steps[^1].Kind != ChatEventKind.End)
                wrong.Add($"{interaction.Id}: no end");
        }
        Assert.Empty(wrong);
        Assert.True(count > 20, $"Only {count} streams.");
    }

    [Fact]
    public void RecordedAnswers_AreToldAsStreamsToo()
    {
        var wrong = new List<string>();
        foreach (var interaction in Messages().Where(static i => !i.IsError && !i.IsStream && i.Endpoint != "count_tokens"))
        {
            var steps = new List<ChatEvent>();
            ChatStream.Replay(Wire.Codec.ReadResponse(interaction.ResponseBody), steps);
            var told = Wire.Gather(Wire.Data(Wire.Encode(steps)));
            if (Wire.Difference(WithoutEmptyCitations(JsonNode.Parse(interaction.ResponseBody)!["content"]!), WithoutEmptyCitations(told["content"]!)) is { } difference)
                wrong.Add($"{interaction.Id}: {difference}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void RecordedErrors_KeepTheirWords()
    {
        var wrong = new List<string>();
        foreach (var interaction in Messages().Where(static i => i.IsError))
        {
            var error = Wire.Codec.ReadError(interaction.Status, interaction.ResponseBody);
            var said = JsonNode.Parse(interaction.ResponseBody)!["error"]!;
            if (error.Message != said["message"]!.GetValue<string>() || error.Type != said["type"]!.GetValue<string>() || error.Kind is ProviderErrorKind.Other)
                wrong.Add($"{interaction.Id}: {error}");
            var output = new ArrayBufferWriter<byte>();
            AnthropicErrors.Write(interaction.Status, error, JsonNode.Parse(interaction.ResponseBody)!["request_id"]?.GetValue<string>(), output);
            if (Wire.Difference(JsonNode.Parse(interaction.ResponseBody), JsonNode.Parse(output.WrittenSpan)) is { } difference)
                wrong.Add($"{interaction.Id}: {difference}");
        }
        Assert.Empty(wrong);
    }

    /// <summary>The spellings that writing evens out: docs/features/translation.md lists them.</summary>
    private static JsonNode Normal(JsonNode request)
    {
        if (request["output_format"] is { } format)
        {
            request.AsObject().Remove("output_format");
            request["output_config"] = new JsonObject { ["format"] = format.DeepClone() };
        }
        foreach (var tool in request["tools"]?.AsArray() ?? [])
        {
            if (tool!["type"]?.GetValue<string>() == "custom")
                tool.AsObject().Remove("type");
        }
        if (request["tools"] is JsonArray { Count: 0 })
            request.AsObject().Remove("tools");
        return request;
    }

    private static JsonNode WithoutEmptyCitations(JsonNode content)
    {
        var copy = content.DeepClone();
        foreach (var block in copy.AsArray())
        {
            if (block!["citations"] is JsonArray { Count: 0 })
                block.AsObject().Remove("citations");
        }
        return copy;
    }

    /// <summary>Anthropic's own rules, told apart from the product's code: cache reads and writes come on top, compactions too.</summary>
    private static Usage Expected(JsonObject usage)
    {
        static long Number(JsonNode? node, string name) => node?[name]?.GetValue<long>() ?? 0;

        var total = new Usage();
        var rounds = new List<JsonNode> { usage };
        if (usage["iterations"] is JsonArray iterations)
            rounds.AddRange(iterations.Where(static one => one!["type"]!.GetValue<string>() == "compaction")!);
        foreach (var one in rounds)
        {
            var hour = Number(one["cache_creation"], "ephemeral_1h_input_tokens");
            var written = Number(one, "cache_creation_input_tokens");
            total = total with
            {
                InputTokens = total.InputTokens + Number(one, "input_tokens") + Number(one, "cache_read_input_tokens") + written,
                CachedInputTokens = total.CachedInputTokens + Number(one, "cache_read_input_tokens"),
                CacheWriteTokens = total.CacheWriteTokens + written - hour,
                CacheWrite1hTokens = total.CacheWrite1hTokens + hour,
                OutputTokens = total.OutputTokens + Number(one, "output_tokens"),
                ReasoningTokens = total.ReasoningTokens + Number(one["output_tokens_details"], "thinking_tokens"),
                WebSearches = total.WebSearches + Number(one["server_tool_use"], "web_search_requests"),
            };
        }
        return total;
    }
}
