using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.OpenAI.Chat;
using AiGateway.Protocols.Tests.Fuzzing;
using AiGateway.Protocols.Tests.Recorded;
using JsonValue = System.Text.Json.Nodes.JsonValue;

namespace AiGateway.Protocols.Tests.OpenAI.Chat;

/// <summary>What real providers of the dialect sent survives being read and written again, and is understood in full.</summary>
public sealed class RecordedChatTests
{
    [Fact]
    public void RecordedRequests_ReadAndWrittenAgain_LoseNothing()
    {
        var wrong = new List<string>();
        var compared = 0;
        foreach (var interaction in Chats().Where(static i => i.RequestBody.Length > 0))
        {
            ChatRequest request;
            try
            {
                request = Codec(interaction).ReadRequest(interaction.RequestBody);
            }
            catch (ChatFormatException exception)
            {
                if (!interaction.IsError)
                    wrong.Add($"{interaction.Id}: {exception.Message}");
                continue;
            }
            var expected = JsonNode.Parse(interaction.RequestBody)!.AsObject();
            var newName = expected.ContainsKey("max_completion_tokens");
            var translation = new Translation { Model = request.Model, Traits = new TargetTraits { NewMaxTokensName = newName } };
            Settle(expected);
            compared++;
            if (ChatTesting.Difference(expected, ChatTesting.Written(request, translation, Codec(interaction))) is { } difference)
                wrong.Add($"{interaction.Id}{difference}");
            if (translation.Losses.Count > 0)
                wrong.Add($"{interaction.Id}: {translation.Losses[0]}");
        }
        Assert.Empty(wrong);
        Assert.True(compared > 200, $"Only {compared} compared.");
    }

    [Fact]
    public void RecordedAnswers_ReadAndWrittenAgain_LoseNothing()
    {
        var wrong = new List<string>();
        var compared = 0;
        foreach (var interaction in Chats().Where(static i => !i.IsError && !i.IsStream))
        {
            if (interaction.Json.GetProperty("response").TryGetProperty("body_text", out _))
                continue;
            var response = Codec(interaction).ReadResponse(interaction.ResponseBody);
            var expected = JsonNode.Parse(interaction.ResponseBody)!.AsObject();
            expected["object"] = "chat.completion";
            foreach (var choice in expected["choices"]!.AsArray())
                SettleChoice(choice!.AsObject(), response);
            compared++;
            var request = interaction.RequestBody.Length > 0 ? Codec(interaction).ReadRequest(interaction.RequestBody) : new ChatRequest { Source = Codec(interaction).Dialect };
            var translation = new Translation();
            var written = ChatTesting.Written(response, request, translation, Codec(interaction)).AsObject();
            foreach (var filled in (ReadOnlySpan<string>)["id", "model"])
            {
                // What the provider left empty is filled in.
                if (IsEmptyText(expected[filled]))
                    written.Remove(filled);
            }
            if (ChatTesting.Difference(expected, written) is { } difference)
                wrong.Add($"{interaction.Id}{difference}");
            if (translation.Losses.Count > 0)
                wrong.Add($"{interaction.Id}: {translation.Losses[0]}");
        }
        Assert.Empty(wrong);
        Assert.True(compared > 150, $"Only {compared} compared.");
    }

    [Fact]
    public void RecordedStreams_SayWhatTheirEventsSay_AndSayItAgain()
    {
        var wrong = new List<string>();
        var streams = 0;
        foreach (var interaction in Chats().Where(static i => i.IsStream))
        {
            streams++;
            var codec = Codec(interaction);
            var (events, stream, decoder) = ChatTesting.Decode(interaction.ResponseBody, codec);
            var expected = StreamedAnswer.Of(interaction.ResponseBody);
            var isBroken = interaction.Has("error_in_200") || interaction.Has("no_terminal_event");
            if (!isBroken)
                Compare(interaction.Id, expected, StreamedAnswer.Of(stream.Response), wrong);
            if (decoder.IsComplete == isBroken)
                wrong.Add($"{interaction.Id}: complete is {decoder.IsComplete}");
            if (interaction.Has("error_in_200") && (events.Count == 0 || events[^1].Kind != ChatEventKind.Error))
                wrong.Add($"{interaction.Id}: no error");
            var usage = ExpectedUsage.Last(interaction.ResponseBody, isStream: true);
            var expectedUsage = usage is { } given ? ExpectedUsage.Read(given) : null;
            var actualUsage = stream.Response.Usage is { } read ? read with { WebSearches = expectedUsage?.WebSearches ?? 0 } : null;
            if (expectedUsage != actualUsage)
                wrong.Add($"{interaction.Id}: usage {actualUsage}");
            if (isBroken)
                continue;
            var again = ChatTesting.Encode(events, codec: codec);
            var (_, secondStream, secondDecoder) = ChatTesting.Decode(again, codec);
            Compare(interaction.Id + " again", expected, StreamedAnswer.Of(secondStream.Response), wrong);
            if (!secondDecoder.IsComplete || (expectedUsage is not null && secondStream.Response.Usage != stream.Response.Usage))
                wrong.Add($"{interaction.Id} again: complete {secondDecoder.IsComplete}, usage {secondStream.Response.Usage}");
        }
        Assert.Empty(wrong);
        Assert.True(streams > 60, $"Only {streams} streams.");
    }

    [Fact]
    public void RecordedAnswers_UsageIsTheProvidersOwn()
    {
        var wrong = new List<string>();
        foreach (var interaction in Chats().Where(static i => !i.IsError && !i.IsStream))
        {
            var response = Codec(interaction).ReadResponse(interaction.ResponseBody);
            var last = ExpectedUsage.Last(interaction.ResponseBody, isStream: false);
            var expected = last is { } usage ? ExpectedUsage.Read(usage) : null;
            var actual = response.Usage is { } read ? read with { WebSearches = expected?.WebSearches ?? 0 } : null;
            if (expected != actual)
                wrong.Add($"{interaction.Id}: {actual}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void RecordedBytes_Damaged_ThrowNothingButFormatExceptions()
    {
        var mutator = new Mutator(20261121);
        var chats = Chats().ToList();
        for (var round = 0; round < 3000; round++)
        {
            var interaction = chats[mutator.Next(chats.Count)];
            var codec = Codec(interaction);
            if (interaction.RequestBody is { Length: > 0 and < 50_000 } requestBody)
                Damage.Request(codec, mutator.Mutate(requestBody));
            var body = interaction.ResponseBody;
            if (body.Length is 0 or > 50_000)
                continue;
            if (interaction.IsStream)
                Damage.Stream(codec, mutator.Mutate(body));
            else
                Damage.Response(codec, mutator.Mutate(body));
        }
    }

    private static IEnumerable<Interaction> Chats() =>
        Interaction.All().Where(static i => i.Operation == Operation.ChatCompletions).Concat(Interaction.In("writer.chat.jsonl"));

    private static OpenAIChatCodec Codec(Interaction interaction) => interaction.Provider == "mistral" ? OpenAIChatCodec.Mistral : OpenAIChatCodec.Instance;

    private static void Compare(string id, StreamedAnswer expected, StreamedAnswer actual, List<string> wrong)
    {
        if (expected.Text != actual.Text)
            wrong.Add($"{id}: text");
        if (expected.Thoughts != actual.Thoughts)
            wrong.Add($"{id}: thoughts");
        if (expected.Calls != actual.Calls)
            wrong.Add($"{id}: calls {expected.Calls} became {actual.Calls}");
        if (expected.Finish != actual.Finish)
            wrong.Add($"{id}: finish {expected.Finish} became {actual.Finish}");
    }

    /// <summary>The spellings that are known to change: one stop text becomes a list, absent types are filled in, a call's index goes.</summary>
    private static void Settle(JsonObject request)
    {
        if (request["stop"] is JsonValue stop)
            request["stop"] = new JsonArray(stop.DeepClone());
        if (request["stream"] is JsonValue streamed && !streamed.GetValue<bool>())
            request.Remove("stream");
        foreach (var tool in request["tools"] as JsonArray ?? [])
        {
            if (tool!["function"] is not null)
                tool["type"] = "function";
        }
        if (request["tool_choice"] is JsonObject choice)
            choice["type"] = "function";
        foreach (var message in request["messages"]!.AsArray())
        {
            foreach (var part in message!["content"] as JsonArray ?? [])
            {
                if (part!["cache_control"] is JsonObject mark && mark["ttl"] is null)
                    mark["ttl"] = "5m";
            }
            foreach (var call in message!["tool_calls"] as JsonArray ?? [])
                call!.AsObject().Remove("index");
        }
    }

    private static void SettleChoice(JsonObject choice, ChatResponse response)
    {
        if (choice["finish_reason"] is JsonValue word && (word.GetValue<string>() == "eos" || (IsEmptyText(word) && choice["message"]!["tool_calls"] is null)))
            choice["finish_reason"] = "stop";
        if (choice["message"] is not JsonObject message)
        {
            // A choice without a message gets an empty one: clients insist on it.
            choice["message"] = new JsonObject { ["role"] = "assistant" };
            return;
        }
        if (message["audio"] is JsonObject audio && IsEmptyText(audio["id"]))
            message.Remove("audio");
        foreach (var call in message["tool_calls"] as JsonArray ?? [])
        {
            call!.AsObject().Remove("index");
            call["type"] = "function";
            if (call["function"]!["arguments"] is not JsonValue arguments || IsEmptyText(arguments))
                call["function"]!["arguments"] = "{}";
            if (call["id"] is JsonValue id && IsEmptyText(id))
                call["id"] = ChatTesting.Written(response)["choices"]![0]!["message"]!["tool_calls"]![0]!["id"]!.DeepClone();
        }
        if (choice["finish_reason"] is JsonValue finish && IsEmptyText(finish))
            choice["finish_reason"] = "tool_calls";
    }

    private static bool IsEmptyText(JsonNode? node) => node is JsonValue value && value.GetValueKind() == JsonValueKind.String && value.GetValue<string>().Length == 0;
}
