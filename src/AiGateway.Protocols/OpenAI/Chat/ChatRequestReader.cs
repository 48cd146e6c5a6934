using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Chat;

/// <summary>Reads a chat completion request. Members that are null count as absent, unknown ones are kept as extensions.</summary>
internal static class ChatRequestReader
{
    public static ChatRequest Read(JsonElement root, Dialect dialect)
    {
        var request = new ChatRequest { Source = dialect };
        JsonMembers? extensions = null;
        var reasoning = new ReasoningReading();
        long? olderBound = null;
        foreach (var member in root.EnumerateObject())
        {
            var value = member.Value;
            if (value.ValueKind == JsonValueKind.Null)
                continue;
            switch (member.Name)
            {
                case "model":
                    request.Model = Text(member);
                    break;
                case "messages":
                    MessageReading.ReadAll(value, request);
                    break;
                case "stream":
                    request.Stream = Bool(member);
                    break;
                case "stream_options" when value.ValueKind == JsonValueKind.Object:
                    request.IncludeUsage = value.Has("include_usage"u8, out var include) ? include.Bool() : null;
                    foreach (var option in value.EnumerateObject())
                    {
                        if (option.Name != "include_usage")
                            JsonMembers.Add(ref extensions, "stream_options." + option.Name, option.Value);
                    }
                    break;
                case "max_completion_tokens":
                    request.MaxOutputTokens = Whole(member);
                    break;
                case "max_tokens":
                    olderBound = Whole(member);
                    break;
                case "temperature":
                    request.Temperature = Number(member);
                    break;
                case "top_p":
                    request.TopP = Number(member);
                    break;
                case "top_k":
                    request.TopK = Whole(member);
                    break;
                case "frequency_penalty":
                    request.FrequencyPenalty = Number(member);
                    break;
                case "presence_penalty":
                    request.PresencePenalty = Number(member);
                    break;
                case "seed" or "random_seed" when value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seed):
                    request.Seed = seed;
                    break;
                case "stop":
                    Stop(value, request);
                    break;
                case "n":
                    request.Candidates = Count(member);
                    break;
                case "logprobs":
                    request.Logprobs = Bool(member);
                    break;
                case "top_logprobs":
                    request.TopLogprobs = Count(member);
                    break;
                case "tools" or "functions" when value.ValueKind == JsonValueKind.Array:
                    request.LegacyFunctions |= member.Name == "functions";
                    foreach (var tool in value.EnumerateArray())
                        request.Tools.Add(ToolReading.Tool(tool, member.Name == "functions"));
                    break;
                case "web_search_options" when value.ValueKind == JsonValueKind.Object:
                    request.Tools.Add(new ChatTool { Name = ToolReading.WebSearchOptions, Native = JsonValue.Of(value), IsWebSearch = true });
                    break;
                case "tool_choice" when ToolReading.Choice(value) is { } choice:
                    request.ToolChoice = choice;
                    break;
                case "function_call" when ToolReading.Choice(value) is { } choice:
                    request.LegacyFunctions = true;
                    request.ToolChoice ??= choice;
                    break;
                case "parallel_tool_calls":
                    request.ParallelToolCalls = Bool(member);
                    break;
                case "response_format" when ToolReading.Format(value) is { } format:
                    request.Format = format;
                    break;
                case "reasoning_effort" or "reasoning" or "thinking" or "enable_thinking" when reasoning.TryRead(member):
                    break;
                case "verbosity":
                    request.Verbosity = Text(member);
                    break;
                case "modalities" when value.ValueKind == JsonValueKind.Array:
                    request.Modalities = [];
                    foreach (var modality in value.EnumerateArray())
                        request.Modalities.Add(modality.Text() ?? "");
                    break;
                case "user":
                    request.User = Text(member);
                    break;
                case "service_tier":
                    request.ServiceTier = Text(member);
                    break;
                case "metadata":
                    request.Metadata = JsonValue.Of(value);
                    break;
                case "store":
                    request.Store = Bool(member);
                    break;
                default:
                    JsonMembers.Add(ref extensions, member.Name, value);
                    break;
            }
        }
        request.MaxOutputTokens ??= olderBound;
        request.Reasoning = reasoning.Result;
        request.Extensions = extensions;
        return request;
    }

    private static void Stop(JsonElement value, ChatRequest request)
    {
        if (value.Text() is { } only)
        {
            request.Stop.Add(only);
            return;
        }
        if (value.ValueKind != JsonValueKind.Array)
            throw new ChatFormatException("stop must be a string or a list of strings.", "stop");
        foreach (var stop in value.EnumerateArray())
            request.Stop.Add(stop.Text() ?? throw new ChatFormatException("stop must be a string or a list of strings.", "stop"));
    }

    private static string Text(JsonProperty member) =>
        member.Value.Text() ?? throw new ChatFormatException($"{member.Name} must be a string.", member.Name);

    private static bool Bool(JsonProperty member) =>
        member.Value.Bool() ?? throw new ChatFormatException($"{member.Name} must be true or false.", member.Name);

    private static long Whole(JsonProperty member) =>
        member.Value.Whole() ?? throw new ChatFormatException($"{member.Name} must be a whole number.", member.Name);

    private static int Count(JsonProperty member) =>
        member.Value.Whole() is { } count and >= 0 and <= int.MaxValue ? (int)count : throw new ChatFormatException($"{member.Name} must be a whole number of 0 or more.", member.Name);

    private static double Number(JsonProperty member) =>
        member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetDouble(out var number) && double.IsFinite(number)
            ? number
            : throw new ChatFormatException($"{member.Name} must be a number.", member.Name);
}
