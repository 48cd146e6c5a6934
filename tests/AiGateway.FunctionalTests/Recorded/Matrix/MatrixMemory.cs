using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;

namespace AiGateway.FunctionalTests.Recorded.Matrix;

/// <summary>What a client keeps of an answer and sends back with its next turn: JSON as it came, as the official SDKs gather it, without any of the product's code.</summary>
internal static class MatrixMemory
{
    /// <summary>The next request after an answer: its own words, the answer, results for its calls or more words.</summary>
    public static JsonObject NextRequest(Dialect client, string body, bool isStream, string model)
    {
        var events = isStream ? ExpectedAnswer.Data(body).Where(static data => data != "[DONE]").Select(static data => JsonNode.Parse(data)!).ToList() : [JsonNode.Parse(body)!];
        return client switch
        {
            Dialect.OpenAIChat => Chat(isStream ? ChatMessage(events) : events[0]["choices"]![0]!["message"]!.DeepClone().AsObject(), model),
            Dialect.OpenAIResponses => Responses((isStream ? events[^1]["response"]! : events[0])["output"]!.AsArray(), model),
            Dialect.Anthropic => Anthropic(isStream ? AnthropicContent(events) : events[0]["content"]!.DeepClone().AsArray(), model),
            _ => Gemini(events),
        };
    }

    private static JsonObject Chat(JsonObject message, string model)
    {
        var messages = new JsonArray(User(MatrixNextTurn.Marker), message);
        foreach (var call in message["tool_calls"]?.AsArray() ?? [])
            messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = call!["id"]!.DeepClone(), ["content"] = "done" });
        messages.Add(User("go on"));
        return new JsonObject { ["model"] = model, ["messages"] = messages };
    }

    private static JsonObject Responses(JsonArray output, string model)
    {
        var input = new JsonArray(User(MatrixNextTurn.Marker));
        foreach (var item in output)
            input.Add(item!.DeepClone());
        foreach (var call in output.Where(static item => (string?)item!["type"] == "function_call"))
            input.Add(new JsonObject { ["type"] = "function_call_output", ["call_id"] = call!["call_id"]!.DeepClone(), ["output"] = "done" });
        input.Add(User("go on"));
        return new JsonObject { ["model"] = model, ["input"] = input };
    }

    private static JsonObject Anthropic(JsonArray content, string model)
    {
        var results = new JsonArray();
        foreach (var call in content.Where(static block => (string?)block!["type"] == "tool_use"))
            results.Add(new JsonObject { ["type"] = "tool_result", ["tool_use_id"] = call!["id"]!.DeepClone(), ["content"] = "done" });
        results.Add(new JsonObject { ["type"] = "text", ["text"] = "go on" });
        var messages = new JsonArray(User(MatrixNextTurn.Marker), new JsonObject { ["role"] = "assistant", ["content"] = content }, new JsonObject { ["role"] = "user", ["content"] = results });
        return new JsonObject { ["model"] = model, ["max_tokens"] = 4096, ["thinking"] = new JsonObject { ["type"] = "enabled", ["budget_tokens"] = 2048 }, ["messages"] = messages };
    }

    private static JsonObject Gemini(List<JsonNode> events)
    {
        var parts = new JsonArray([.. events.SelectMany(static chunk => chunk["candidates"]?[0]?["content"]?["parts"]?.AsArray() ?? []).Select(static part => part!.DeepClone())]);
        var answers = new JsonArray();
        foreach (var call in parts.Select(static part => part!["functionCall"]).OfType<JsonObject>())
            answers.Add(new JsonObject { ["functionResponse"] = new JsonObject { ["id"] = call["id"]?.DeepClone(), ["name"] = call["name"]!.DeepClone(), ["response"] = new JsonObject { ["output"] = "done" } } });
        answers.Add(new JsonObject { ["text"] = "go on" });
        return new JsonObject
        {
            ["contents"] = new JsonArray(
                new JsonObject { ["role"] = "user", ["parts"] = new JsonArray(new JsonObject { ["text"] = MatrixNextTurn.Marker }) },
                new JsonObject { ["role"] = "model", ["parts"] = parts },
                new JsonObject { ["role"] = "user", ["parts"] = answers }),
        };
    }

    private static JsonObject User(string text) => new() { ["role"] = "user", ["content"] = text };

    /// <summary>Texts are joined, lists appended, calls gathered by their index.</summary>
    private static JsonObject ChatMessage(List<JsonNode> chunks)
    {
        var (texts, details, calls) = (new SortedDictionary<string, string>(StringComparer.Ordinal), new JsonArray(), new SortedDictionary<int, JsonObject>());
        foreach (var delta in chunks.SelectMany(static chunk => chunk["choices"]!.AsArray()).Select(static choice => choice!["delta"]).OfType<JsonObject>())
        {
            foreach (var name in (string[])["content", "reasoning_content"])
            {
                if ((string?)delta[name] is { } text)
                    texts[name] = texts.GetValueOrDefault(name, "") + text;
            }
            foreach (var detail in delta["reasoning_details"]?.AsArray() ?? [])
                details.Add(detail!.DeepClone());
            foreach (var piece in delta["tool_calls"]?.AsArray() ?? [])
            {
                if (calls.TryAdd((int)piece!["index"]!, piece.DeepClone().AsObject()))
                    continue;
                var call = calls[(int)piece["index"]!];
                call["function"]!["arguments"] = (string?)call["function"]!["arguments"] + (string?)piece["function"]?["arguments"];
                if (piece["extra_content"] is { } extra)
                    call["extra_content"] = extra.DeepClone();
            }
        }
        var message = new JsonObject { ["role"] = "assistant" };
        foreach (var (name, text) in texts)
            message[name] = text;
        if (details.Count > 0)
            message["reasoning_details"] = details;
        if (calls.Count > 0)
            message["tool_calls"] = new JsonArray([.. calls.Values]);
        return message;
    }

    private static JsonArray AnthropicContent(List<JsonNode> events)
    {
        var blocks = new JsonArray();
        var inputs = new Dictionary<int, StringBuilder>();
        foreach (var one in events)
        {
            if ((string?)one["type"] == "content_block_start")
                blocks.Add(one["content_block"]!.DeepClone());
            if ((string?)one["type"] != "content_block_delta")
                continue;
            var (index, delta) = ((int)one["index"]!, one["delta"]!);
            var (name, text) = ((string?)delta["type"]) switch
            {
                "text_delta" => ("text", (string?)delta["text"]),
                "thinking_delta" => ("thinking", (string?)delta["thinking"]),
                "signature_delta" => ("signature", (string?)delta["signature"]),
                _ => ("", null),
            };
            if (text is not null)
                blocks[index]![name] = string.Create(CultureInfo.InvariantCulture, $"{(name == "signature" ? "" : (string?)blocks[index]![name])}{text}");
            else if ((string?)delta["partial_json"] is { } json)
                (inputs.TryGetValue(index, out var known) ? known : inputs[index] = new StringBuilder()).Append(json);
        }
        foreach (var (index, input) in inputs)
            blocks[index]!["input"] = JsonNode.Parse(input.ToString());
        return blocks;
    }
}
