using System.Text.Json;
using System.Text.Json.Nodes;
using AiGateway.Protocols.Chat;
using AiGateway.Protocols.Embeddings;
using AiGateway.Protocols.Gemini;
using AiGateway.Protocols.OpenAI;
using AiGateway.Protocols.Tests.Recorded;

namespace AiGateway.Protocols.Tests.Gemini;

/// <summary>Pins that what Google and its callers really sent comes through the codec whole, but for what docs/features/translation.md lists.</summary>
public sealed class RecordedGeminiTests
{
    private static readonly string[] Chats =
        ["google-gemini.generateContent", "google-gemini.streamGenerateContent", "vertex.generateContent", "vertex.streamGenerateContent", "pydantic-gateway.generateContent"];

    [Fact]
    public void RecordedRequests_ComeBackWhole()
    {
        var wrong = new List<string>();
        var seen = 0;
        foreach (var interaction in Interaction.Of(Chats))
        {
            seen++;
            var expected = Canonical(JsonNode.Parse(interaction.RequestBody)!);
            var request = GeminiCodec.Instance.ReadRequest(interaction.RequestBody);
            var translation = new Translation();
            var actual = Canonical(GeminiFixtures.Write(request, translation));
            if (Difference(expected, actual, "") is { } difference || translation.Losses.Count > 0)
                wrong.Add($"{interaction.Id}: {Difference(expected, actual, "")} {string.Join(';', translation.Losses)}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(seen > 90, $"Only {seen} requests.");
    }

    [Fact]
    public void RecordedResponses_ComeBackWhole()
    {
        var wrong = new List<string>();
        foreach (var interaction in Interaction.Of(Chats).Where(i => !i.IsError && !i.IsStream))
        {
            var expected = Canonical(JsonNode.Parse(interaction.ResponseBody)!);
            var response = GeminiCodec.Instance.ReadResponse(interaction.ResponseBody);
            var actual = Canonical(GeminiFixtures.Write(response));
            if (Difference(expected, actual, "") is { } difference)
                wrong.Add($"{interaction.Id}: {difference}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void RecordedUsage_IsTheProviders()
    {
        var wrong = new List<string>();
        foreach (var interaction in Interaction.Of(Chats).Where(i => !i.IsError))
        {
            var usage = interaction.IsStream
                ? GeminiFixtures.Gather(GeminiFixtures.Decode(interaction.ResponseBody).Events).Response.Usage
                : GeminiCodec.Instance.ReadResponse(interaction.ResponseBody).Usage;
            var said = Events(interaction).Last(static chunk => chunk["usageMetadata"] is not null)["usageMetadata"]!;
            var thoughts = Count(said, "thoughtsTokenCount");
            if (usage is null || usage.InputTokens != Count(said, "promptTokenCount") + Count(said, "toolUsePromptTokenCount")
                || usage.OutputTokens != Count(said, "candidatesTokenCount") + thoughts || usage.ReasoningTokens != thoughts
                || usage.CachedInputTokens != Count(said, "cachedContentTokenCount") || usage.InputTokens + usage.OutputTokens != Count(said, "totalTokenCount"))
            {
                wrong.Add($"{interaction.Id}: {usage} for {said.ToJsonString()}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void RecordedStreams_SayWhatTheirEventsSay()
    {
        var wrong = new List<string>();
        var streams = 0;
        foreach (var interaction in Interaction.Of(Chats).Where(i => i.IsStream))
        {
            streams++;
            var (events, isComplete) = GeminiFixtures.Decode(interaction.ResponseBody);
            var (response, steps) = GeminiFixtures.Gather(events);
            var parts = Events(interaction).SelectMany(static chunk => chunk["candidates"]?[0]?["content"]?["parts"]?.AsArray() ?? []).ToList();
            var text = string.Concat(parts.Where(static part => part!["text"] is not null && part["thought"] is null).Select(static part => (string)part!["text"]!));
            var thought = string.Concat(parts.Where(static part => part!["text"] is not null && part["thought"] is not null).Select(static part => (string)part!["text"]!));
            var calls = parts.Where(static part => part!["functionCall"] is not null).Select(static part => $"{part!["functionCall"]!["name"]}{part["functionCall"]!["args"]!.ToJsonString()}").ToList();
            var signatures = parts.Where(static part => part!["thoughtSignature"] is not null && part["executableCode"] is null && part["toolCall"] is null && part["toolResponse"] is null)
                .Select(static part => (string)part!["thoughtSignature"]!).ToList();
            var finish = (string?)Events(interaction).Last(static chunk => chunk["candidates"]?[0]?["finishReason"] is not null)["candidates"]![0]!["finishReason"];
            var candidate = response.Candidates.Single();
            if (!isComplete)
                wrong.Add($"{interaction.Id}: not complete");
            if (Text(candidate) != text || string.Concat(candidate.Parts.OfType<ThinkingPart>().Select(static part => part.Text)) != thought)
                wrong.Add($"{interaction.Id}: text");
            if (!candidate.Parts.OfType<ToolCallPart>().Select(static call => $"{call.Name}{JsonNode.Parse(call.Arguments)!.ToJsonString()}").SequenceEqual(calls))
                wrong.Add($"{interaction.Id}: calls");
            if (!candidate.Parts.Where(static part => part.Signature is not null).Select(static part => part.Signature!).SequenceEqual(signatures))
                wrong.Add($"{interaction.Id}: signatures");
            if (candidate.NativeFinish != finish || candidate.Finish != (calls.Count > 0 ? FinishReason.ToolCalls : FinishReason.Stop))
                wrong.Add($"{interaction.Id}: finish {candidate.NativeFinish}");

            // Written and read again it is the same.
            var again = GeminiFixtures.Gather(GeminiFixtures.Decode(GeminiFixtures.Encode(steps)).Events).Response;
            var difference = Difference(Canonical(GeminiFixtures.Write(response)), Canonical(GeminiFixtures.Write(again)), "");
            if (difference is not null || again.Usage! with { WebSearches = 0 } != response.Usage! with { WebSearches = 0 })
                wrong.Add($"{interaction.Id}: again {difference} {again.Usage} {response.Usage}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.True(streams > 8, $"Only {streams} streams.");
    }

    [Fact]
    public void RecordedErrors_KeepTheirWords()
    {
        var wrong = new List<string>();
        foreach (var interaction in Interaction.Of(Chats).Where(i => i.IsError))
        {
            var error = GeminiCodec.Instance.ReadError(interaction.Status, interaction.ResponseBody);
            var said = JsonNode.Parse(interaction.ResponseBody)!["error"]!;
            if (error.Message != (string)said["message"]! || error.Code != (string)said["status"]! || error.Kind is ProviderErrorKind.Other || GeminiErrors.CodeOf(error.Kind) != (int)said["code"]!)
                wrong.Add($"{interaction.Id}: {error}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }

    [Fact]
    public void RecordedEmbeddingsAndCounts_AreRead()
    {
        foreach (var interaction in Interaction.Of("google-gemini.batchEmbedContents", "vertex.embedContent").Where(i => !i.IsError))
        {
            var request = GeminiContentEmbeddings.Instance.ReadRequest(interaction.RequestBody);
            var answer = GeminiContentEmbeddings.Instance.ReadAnswer(interaction.ResponseBody);
            Assert.Equal(request.Inputs.Count, answer.Vectors.Count);
            Assert.All(answer.Vectors, static vector => Assert.True(vector.Length > 100));
        }
        foreach (var interaction in Interaction.Of("google-gemini.countTokens", "vertex.countTokens"))
            Assert.NotEmpty(GeminiTokenCounts.ReadRequest(interaction.RequestBody).Messages);
    }

    private static string Text(ChatCandidate candidate) => string.Concat(candidate.Parts.OfType<TextPart>().Select(static part => part.Text));

    private static long Count(JsonNode usage, string name) => (long?)usage[name] ?? 0;

    private static List<JsonNode> Events(Interaction interaction) => interaction.IsStream
        ? [.. System.Text.Encoding.UTF8.GetString(interaction.ResponseBody).Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries).Select(static text => JsonNode.Parse(text["data: ".Length..])!)]
        : [JsonNode.Parse(interaction.ResponseBody)!];

    /// <summary>Names in one spelling, and without what is listed as lost or added.</summary>
    private static JsonNode Canonical(JsonNode node)
    {
        switch (node)
        {
            case JsonObject members:
                var copy = new JsonObject();
                foreach (var (name, value) in members)
                {
                    if (value is null || name is "tokenId" or "createTime" || (name is "index" && value.GetValueKind() == JsonValueKind.Number && (int)value == 0))
                        continue;
                    copy[Camel(name)] = Canonical(value);
                    if (name is "data" && value.GetValueKind() == JsonValueKind.String)
                        copy["data"] = ((string)value!).Replace('-', '+').Replace('_', '/');
                }
                if (copy["generationConfig"] is JsonObject { Count: 0 })
                    copy.Remove("generationConfig");
                if (copy["text"] is System.Text.Json.Nodes.JsonValue text && copy.Count == 1 && (string?)text is { Length: 0 })
                    return System.Text.Json.Nodes.JsonValue.Create("empty text");
                if (copy["tools"] is { } tools)
                    copy["tools"] = Flat(tools as JsonArray ?? new JsonArray(tools.DeepClone()));
                return copy;
            case JsonArray items:
                return new JsonArray([.. items.Select(static item => item is null ? null : Canonical(item)).Where(static item => item is not System.Text.Json.Nodes.JsonValue text || text.GetValueKind() != JsonValueKind.String || (string?)text != "empty text")]);
            default:
                return node.GetValueKind() == JsonValueKind.String && (string)node! is "LOW" or "HIGH" ? System.Text.Json.Nodes.JsonValue.Create(((string)node!).ToLowerInvariant()) : node.DeepClone();
        }
    }

    /// <summary>Declarations of several entries are one entry's; entries in the order of their first member.</summary>
    private static JsonArray Flat(JsonArray tools)
    {
        var flat = new List<JsonNode>();
        foreach (var tool in tools)
        {
            foreach (var (name, value) in tool!.AsObject())
            {
                if (name == "functionDeclarations")
                    flat.AddRange(value!.AsArray().Select(static declaration => declaration!.DeepClone()));
                else
                    flat.Add(new JsonObject { [name] = value!.DeepClone() });
            }
        }
        return new JsonArray([.. flat.OrderBy(static tool => tool["name"] is null ? 1 : 0)]);
    }

    private static string Camel(string name) => string.Concat(name.Split('_').Select(static (word, i) => i == 0 || word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..]));

    private static string? Difference(JsonNode? expected, JsonNode? actual, string path)
    {
        if (expected is JsonObject left && actual is JsonObject right)
        {
            foreach (var name in left.Select(static member => member.Key).Union(right.Select(static member => member.Key)))
            {
                if (Difference(left[name], right[name], $"{path}.{name}") is { } difference)
                    return difference;
            }
            return null;
        }
        if (expected is JsonArray before && actual is JsonArray after && before.Count == after.Count)
        {
            for (var i = 0; i < before.Count; i++)
            {
                if (Difference(before[i], after[i], $"{path}[{i}]") is { } difference)
                    return difference;
            }
            return null;
        }
        return JsonNode.DeepEquals(expected, actual) ? null : $"{path}: {Short(expected)} became {Short(actual)}";
    }

    private static string Short(JsonNode? node) => node?.ToJsonString() is { } text ? text[..Math.Min(text.Length, 200)] : "nothing";
}
