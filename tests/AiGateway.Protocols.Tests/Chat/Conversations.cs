using System.Globalization;
using System.Text;
using AiGateway.Protocols.Chat;
using AiGateway.TestKit;

namespace AiGateway.Protocols.Tests.Chat;

/// <summary>Makes requests and answers at random, of what a dialect can say, and tells them as text in which two are equal when they mean the same.</summary>
internal static class Conversations
{
    private static readonly string[] Words = ["Grüezi", "a b", "line\nline", "\"quoted\" \\ back", "\ud83d\ude00", "{\"json\":1}", "x", "\t<&>'", "\u0001"];

    private static readonly string[] Names = ["weather", "time", "find_all-2"];

    /// <summary>A request that the target can say.</summary>
    public static ChatRequest Request(Random random, Dialect target, Dialect source)
    {
        var can = Abilities.Of(target);
        var request = new ChatRequest { Source = source, Model = "model-1", Stream = false, MaxOutputTokens = random.Next(16, 5000) };
        if (Chance(random))
            request.Temperature = random.Next(1, 10) / 10.0;
        else if (Chance(random))
            request.TopP = random.Next(1, 10) / 10.0;
        if (can.HasFlag(Ability.TopK) && Chance(random))
            request.TopK = random.Next(1, 100);
        if (can.HasFlag(Ability.Seed) && Chance(random))
            request.Seed = random.Next();
        if (can.HasFlag(Ability.Penalties) && Chance(random))
        {
            request.FrequencyPenalty = random.Next(0, 5) / 8.0;
            request.PresencePenalty = random.Next(0, 5) / 8.0;
        }
        if (can.HasFlag(Ability.Stop) && Chance(random))
            request.Stop.Add("STOP" + random.Next(10).ToString(CultureInfo.InvariantCulture));
        foreach (var name in Names)
        {
            request.Tools.Add(new ChatTool
            {
                Name = name,
                Description = Chance(random) ? Word(random) : null,
                Parameters = JsonValue.Parse("""{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"array","items":{"type":"integer"}}},"required":["a"]}"""),
            });
        }
        if (can.HasFlag(Ability.ToolChoice) && Chance(random))
            request.ToolChoice = new ChatToolChoice(random.Next(2) == 0 ? ChatToolMode.Required : ChatToolMode.Auto);
        if (Chance(random))
            Say(request, ChatRole.System, Text(random));
        var call = 0;
        for (var turns = random.Next(1, 5); turns > 0; turns--)
        {
            Say(request, ChatRole.User, can.HasFlag(Ability.Images) && Chance(random) ? [Text(random), Image(), Text(random)] : [Text(random)]);
            var said = new List<ChatPart>();
            var calls = new List<ToolCallPart>();
            for (var count = random.Next(0, 3); count > 0; count--)
                calls.Add(new ToolCallPart { Id = Id(target, ++call), Name = Names[random.Next(Names.Length)], Arguments = Arguments(random) });
            if (calls.Count == 0 || can.HasFlag(Ability.TextBesideCalls))
                said.Add(Text(random));
            said.AddRange(calls);
            Say(request, ChatRole.Assistant, [.. said]);
            foreach (var made in calls)
            {
                var result = new ToolResultPart { CallId = made.Id, Name = made.Name, IsPlainText = true };
                // Gemini's own results are objects and nothing else.
                if (source == Dialect.Gemini)
                    result.Json = JsonValue.Parse($$"""{"output":{{JsonValue.OfString(Word(random))}}}""");
                else
                    result.Content.Add(new TextPart(Word(random)));
                Say(request, ChatRole.Tool, result);
            }
            // Mistral wants the model to speak between a result and the user.
            if (calls.Count > 0 && target == Dialect.Mistral)
                Say(request, ChatRole.Assistant, Text(random));
        }
        Say(request, ChatRole.User, Text(random));
        return request;
    }

    /// <summary>An answer that the target can say.</summary>
    public static ChatResponse Response(Random random, Dialect target, Dialect source)
    {
        var can = Abilities.Of(target);
        var calls = random.Next(0, 3);
        var response = new ChatResponse { Source = source, Id = "id_1", Model = "model-1", Created = 1_760_000_000, Usage = new Usage { InputTokens = random.Next(100, 200), CachedInputTokens = can.HasFlag(Ability.CachedUsage) ? random.Next(50) : 0, OutputTokens = random.Next(1, 100) } };
        var candidate = new ChatCandidate { Finish = calls > 0 ? FinishReason.ToolCalls : random.Next(2) == 0 ? FinishReason.Stop : FinishReason.Length };
        // Ollama's own words come with the reason, and are what is written.
        if (source == Dialect.Ollama)
            candidate.NativeFinish = candidate.Finish == FinishReason.Length ? "length" : "stop";
        if (can.HasFlag(Ability.Thinking) && Chance(random))
            candidate.Parts.Add(new ThinkingPart { Text = Word(random), Member = source == Dialect.OpenAIChat ? "reasoning_content" : null });
        if (calls == 0 || can.HasFlag(Ability.TextBesideCalls))
            candidate.Parts.Add(Text(random));
        for (var i = 0; i < calls; i++)
            candidate.Parts.Add(new ToolCallPart { Id = Id(target, i), Name = Names[random.Next(Names.Length)], Arguments = Arguments(random) });
        response.Candidates.Add(candidate);
        return response;
    }

    /// <summary>What a request means.</summary>
    public static string Describe(ChatRequest request)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{request.MaxOutputTokens} {request.Temperature} {request.TopP} {request.TopK} {request.Seed} {request.FrequencyPenalty} {request.PresencePenalty} {string.Join('|', request.Stop)}\n");
        // Auto is what dialects do unasked.
        text.Append(request.ToolChoice?.Mode is null or ChatToolMode.Auto ? "auto" : "required").Append('\n');
        foreach (var tool in request.Tools)
        {
            using var schema = tool.Parameters.Open();
            text.Append(tool.Name).Append(' ').Append(tool.Description).Append(' ').Append(CompactJson.Canonical(schema.RootElement)).Append('\n');
        }
        var last = "";
        foreach (var message in request.Messages)
        {
            foreach (var part in message.Parts)
            {
                // Turns of one speaker may be one or several messages; results are a role or parts of the user's.
                var role = part is ToolResultPart ? "result" : message.Role == ChatRole.Developer ? "System" : message.Role.ToString();
                text.Append(role == last && part is TextPart ? "" : role + " ");
                last = role;
                Describe(part, text);
            }
        }
        return text.ToString();
    }

    /// <summary>What an answer means.</summary>
    public static string Describe(ChatResponse response)
    {
        var text = new StringBuilder();
        foreach (var candidate in response.Candidates)
        {
            text.Append(candidate.Index).Append(' ').Append(candidate.Finish).Append('\n');
            foreach (var part in candidate.Parts)
                Describe(part, text);
        }
        return text.Append(CultureInfo.InvariantCulture, $"{response.Usage?.InputTokens} {response.Usage?.CachedInputTokens} {response.Usage?.OutputTokens}").ToString();
    }

    private static void Describe(ChatPart part, StringBuilder text)
    {
        switch (part)
        {
            case TextPart said:
                text.Append("text ").Append(said.Text).Append('\n');
                break;
            case ThinkingPart thinking:
                text.Append("thinking ").Append(thinking.Text).Append('\n');
                break;
            case ToolCallPart call:
                using (var arguments = System.Text.Json.JsonDocument.Parse(call.Arguments))
                    text.Append("call ").Append(call.Name).Append(' ').Append(call.Id).Append(' ').Append(CompactJson.Canonical(arguments.RootElement)).Append('\n');
                break;
            case ToolResultPart result:
                text.Append("result ").Append(result.CallId).Append(' ').Append(Content(result)).Append('\n');
                break;
            case MediaPart media:
                text.Append("media ").Append(media.Kind).Append(' ').Append(media.Base64).Append('\n');
                break;
            default:
                text.Append(part.GetType().Name).Append('\n');
                break;
        }
    }

    private static string Content(ToolResultPart result)
    {
        if (result.Json.IsAbsent)
            return string.Concat(result.Content.OfType<TextPart>().Select(static part => part.Text));
        using var json = result.Json.Open();
        var root = json.RootElement;
        // Gemini's results are objects: texts go as its member "output".
        if (root.ValueKind == System.Text.Json.JsonValueKind.Object && root.TryGetProperty("output", out var output))
            root = output;
        return root.ValueKind == System.Text.Json.JsonValueKind.String ? root.GetString()! : root.GetRawText();
    }

    private static void Say(ChatRequest request, ChatRole role, params ChatPart[] parts)
    {
        var message = new ChatMessage { Role = role, IsPlainText = parts is [TextPart] };
        message.Parts.AddRange(parts);
        request.Messages.Add(message);
    }

    private static string Id(Dialect target, int number) =>
        // Mistral takes nine letters and digits, and others what they like.
        target == Dialect.Mistral ? string.Create(CultureInfo.InvariantCulture, $"call{number:00000}") : string.Create(CultureInfo.InvariantCulture, $"call_{number}");

    private static string Arguments(Random random) => $$"""{"a":{{JsonValue.OfString(Word(random))}},"b":[{{random.Next(100)}}]}""";

    private static MediaPart Image() => new(MediaKind.Image) { Base64 = "iVBORw0KGgo=", MediaType = "image/png" };

    private static TextPart Text(Random random) => new(Word(random));

    private static string Word(Random random) => Words[random.Next(Words.Length)];

    private static bool Chance(Random random) => random.Next(2) == 0;
}
