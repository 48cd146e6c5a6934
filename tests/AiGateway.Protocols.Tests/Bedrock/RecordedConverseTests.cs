using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Bedrock;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Framing;
using AiGateway.Protocols.OpenAI;
using AiGateway.TestKit;

namespace AiGateway.Protocols.Tests.Bedrock;

/// <summary>Pins that what real callers and Bedrock sent survives the neutral model and back: requests, answers, streams, usage.</summary>
public sealed class RecordedConverseTests
{
    private static IEnumerable<RecordedExchange> Exchanges() =>
        RecordedTraffic.All("bedrock", "converse").Concat(RecordedTraffic.All("bedrock", "converse-stream")).Concat(RecordedTraffic.All("pydantic-gateway", "converse"));

    [Fact]
    public void RecordedRequests_ComeBackWhole()
    {
        var wrong = new List<string>();
        var compared = 0;
        foreach (var exchange in Exchanges().Where(e => e.RequestIsJson))
        {
            var (json, translation) = Converse.Write(ConverseCodec.Instance.ReadRequest(exchange.RequestBody!), exchange.Model ?? "");
            compared++;
            if (!JsonNode.DeepEquals(Normal(JsonNode.Parse(exchange.RequestBody)!), Normal(JsonNode.Parse(json.GetRawText())!)) || translation.Losses.Count > 0)
                wrong.Add($"{exchange.Id}: {json.GetRawText()[..Math.Min(600, json.GetRawText().Length)]} {string.Join(", ", Converse.Paths(translation))}");
        }
        Assert.Empty(wrong);
        Assert.True(compared > 65, $"Only {compared} requests.");
    }

    [Fact]
    public void RecordedCountTokensRequests_AreReadable()
    {
        foreach (var exchange in RecordedTraffic.All("bedrock", "count-tokens"))
        {
            using var document = JsonDocument.Parse(exchange.RequestBody!);
            if (!document.RootElement.GetProperty("input").TryGetProperty("converse", out var inner))
                continue;
            var (json, _) = Converse.Write(Converse.Request(inner.GetRawText()));
            Assert.True(JsonNode.DeepEquals(Normal(JsonNode.Parse(inner.GetRawText())!), Normal(JsonNode.Parse(json.GetRawText())!)), exchange.Id);
        }
    }

    [Fact]
    public void RecordedAnswers_ComeBackWhole()
    {
        var wrong = new List<string>();
        var compared = 0;
        foreach (var exchange in Exchanges().Where(e => e.Status < 400 && !e.AnswerIsStream))
        {
            var (json, translation) = Converse.Write(ConverseCodec.Instance.ReadResponse(exchange.ResponseBody));
            compared++;
            using var expected = JsonDocument.Parse(exchange.ResponseBody);
            if (!JsonElement.DeepEquals(expected.RootElement, json) || translation.Losses.Count > 0)
                wrong.Add($"{exchange.Id}: {json.GetRawText()}");
        }
        Assert.Empty(wrong);
        Assert.True(compared > 50, $"Only {compared} answers.");
    }

    [Fact]
    public void RecordedUsage_IsTheProvidersOwn()
    {
        foreach (var exchange in Exchanges().Where(e => e.Status < 400))
        {
            var expected = exchange.AnswerIsStream
                ? Converse.Parse(System.Text.Encoding.UTF8.GetBytes(Converse.Lines(exchange.ResponseBody).Single(line => line.StartsWith("metadata ", StringComparison.Ordinal))["metadata ".Length..])).GetProperty("usage")
                : Converse.Parse(exchange.ResponseBody).GetProperty("usage");
            var usage = exchange.AnswerIsStream ? Converse.Decode(exchange.ResponseBody).Stream.Response.Usage! : ConverseCodec.Instance.ReadResponse(exchange.ResponseBody).Usage!;

            Assert.Equal(expected.GetProperty("totalTokens").GetInt64(), usage.InputTokens + usage.OutputTokens);
            Assert.Equal(expected.GetProperty("outputTokens").GetInt64(), usage.OutputTokens);
            Assert.Equal(Number(expected, "cacheReadInputTokens"), usage.CachedInputTokens);
            Assert.Equal(Number(expected, "cacheWriteInputTokens"), usage.CacheWriteTokens + usage.CacheWrite1hTokens);
        }
    }

    [Fact]
    public void RecordedStreams_SayTheSameAfterwards()
    {
        var compared = 0;
        foreach (var exchange in Exchanges().Where(e => e.Status < 400 && e.AnswerIsStream))
        {
            var (steps, stream, isComplete) = Converse.Decode(exchange.ResponseBody);
            Assert.True(isComplete, exchange.Id);
            var again = Converse.Encode(steps);

            Assert.Equal(Said(exchange.ResponseBody), Said(again));
            var gathered = Converse.Decode(again).Stream.Response;
            Assert.Equal(stream.Response.Usage, gathered.Usage);
            Assert.Equal(exchange.Finish.Single(), gathered.Candidates[0].NativeFinish);
            Assert.Equal(stream.Response.Candidates[0].Parts.Select(Show), gathered.Candidates[0].Parts.Select(Show));
            compared++;
        }
        Assert.True(compared >= 10, $"Only {compared} streams.");
    }

    [Fact]
    public void RecordedErrors_KeepTheirWords()
    {
        foreach (var exchange in Exchanges().Where(e => e.Status >= 400))
        {
            var error = ConverseCodec.Instance.ReadError(exchange.Status, exchange.ResponseBody);
            Assert.Equal(Converse.Parse(exchange.ResponseBody).GetProperty("message").GetString()!.ReplaceLineEndings(" "), error.Message);
            Assert.NotEqual(ProviderErrorKind.Other, error.Kind);
        }
    }

    [Fact]
    public void RecordedInvokeStreams_BecomeServerSentEvents()
    {
        var streams = 0;
        foreach (var exchange in RecordedTraffic.All("bedrock", "invoke-stream"))
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            var frames = 0;
            for (ReadOnlySpan<byte> rest = exchange.ResponseBody; !rest.IsEmpty;)
            {
                var end = AwsEventStream.FindFrameEnd(rest);
                InvokeStream.ToServerSentEvents(rest[..end], output);
                rest = rest[end..];
                frames++;
            }
            var events = System.Text.Encoding.UTF8.GetString(output.WrittenSpan).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(frames, events.Length);
            foreach (var text in events)
                Assert.Equal(JsonValueKind.Object, Converse.Parse(System.Text.Encoding.UTF8.GetBytes(text[(text.IndexOf("data: ", StringComparison.Ordinal) + 6)..])).ValueKind);
            streams++;
        }
        Assert.True(streams >= 3);
    }

    [Fact]
    public void MutatedRecordings_ThrowNothingButTheirOwn()
    {
        var mutator = new Fuzzing.Mutator(40);
        var exchanges = Exchanges().Where(e => e.Status < 400).ToList();
        for (var round = 0; round < 2000; round++)
        {
            var exchange = exchanges[mutator.Next(exchanges.Count)];
            Tolerate(() => Converse.Write(ConverseCodec.Instance.ReadRequest(mutator.Mutate(exchange.RequestBody ?? []))));
            if (exchange.AnswerIsStream)
            {
                var payloads = Converse.Lines(exchange.ResponseBody);
                var line = payloads[mutator.Next(payloads.Count)];
                var space = line.IndexOf(' ', StringComparison.Ordinal);
                Tolerate(() => ConverseFuzzTests.DecodeRaw(line[..space], mutator.Mutate(System.Text.Encoding.UTF8.GetBytes(line[space..]))));
            }
            else
            {
                Tolerate(() => Converse.Write(ConverseCodec.Instance.ReadResponse(mutator.Mutate(exchange.ResponseBody))));
            }
        }
    }

    private static void Tolerate(Action act)
    {
        try
        {
            act();
        }
        catch (ChatFormatException)
        {
            // The one that is allowed.
        }
    }

    /// <summary>What the documentation lists as lost: empty objects and lists that mean nothing, and white space in a schema's text.</summary>
    private static JsonNode Normal(JsonNode root)
    {
        var request = root.AsObject();
        foreach (var name in (string[])["system", "inferenceConfig"])
        {
            if (request[name] is JsonArray { Count: 0 } or JsonObject { Count: 0 })
                request.Remove(name);
        }
        if (request["outputConfig"]?["textFormat"]?["structure"]?["jsonSchema"] is JsonObject definition)
            definition["schema"] = JsonNode.Parse(definition["schema"]!.GetValue<string>());
        return request;
    }

    /// <summary>Text, thoughts, calls and the stop as the events say them, without padding and measurements.</summary>
    private static string Said(byte[] stream)
    {
        var said = new System.Text.StringBuilder();
        var lastIndex = -1L;
        foreach (var line in Converse.Lines(stream))
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var payload = Converse.Parse(System.Text.Encoding.UTF8.GetBytes(line[space..]));
            if (line[..space] is not ("contentBlockDelta" or "contentBlockStart" or "messageStop"))
                continue;
            if (payload.TryGetProperty("delta", out var delta))
            {
                if (delta.TryGetProperty("text", out var text) && text.GetString()!.Length == 0)
                    continue;
                if (payload.GetProperty("contentBlockIndex").GetInt64() is var index && index != lastIndex)
                    said.Append("\n#");
                lastIndex = payload.GetProperty("contentBlockIndex").GetInt64();
                said.Append(delta.TryGetProperty("text", out text) ? text.GetString() : delta.TryGetProperty("toolUse", out var call) ? call.GetProperty("input").GetString() : delta.GetRawText());
            }
            else
            {
                said.Append('\n').Append(payload.TryGetProperty("start", out var start) ? Start(start) : payload.GetProperty("stopReason").GetString());
            }
        }
        return said.ToString();
    }

    private static string Start(JsonElement start) => start.TryGetProperty("toolUse", out var call)
        ? $"{call.GetProperty("name")} {call.GetProperty("toolUseId")} {(call.TryGetProperty("type", out var type) && type.GetString() != "tool_use" ? type : null)}"
        : start.GetRawText();

    private static string Show(ChatPart part) => part switch
    {
        TextPart text => $"text {text.Text}",
        ThinkingPart thinking => $"thinking {thinking.Text} {thinking.Signature} {thinking.Encrypted}",
        ToolCallPart call => $"call {call.Id} {call.Name} {call.Arguments}",
        OpaquePart opaque => $"opaque {opaque.Type} {opaque.Value}",
        _ => part.GetType().Name,
    };

    private static long Number(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value.GetInt64() : 0;
}
