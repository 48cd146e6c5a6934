using System.Text.Json;
using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.OpenAI.Responses;

/// <summary>Reads a response object.</summary>
internal static class ResponseReader
{
    /// <summary>Reads a whole answer.</summary>
    public static ChatResponse Read(JsonElement root)
    {
        if (root.Member("output"u8).ValueKind != JsonValueKind.Array)
        {
            var error = root.Member("error"u8);
            throw error.ValueKind == JsonValueKind.Undefined
                ? new ChatFormatException("The answer has no 'output': it is no Responses object.", "output")
                : new ChatFormatException("The answer holds an error instead of an 'output'.", "error");
        }
        var response = new ChatResponse
        {
            Source = Dialect.OpenAIResponses,
            Id = root.TextOf("id"u8) ?? "",
            Model = root.TextOf("model"u8) ?? "",
            Created = root.LongOf("created_at"u8),
            ServiceTier = root.TextOf("service_tier"u8),
            Usage = UsageJson.Read(root),
        };
        var candidate = new ChatCandidate();
        response.Candidates.Add(candidate);
        ReadOutput(root.Member("output"u8), candidate);
        candidate.Finish = FinishWords.Read(root, candidate.Parts, out var native);
        candidate.NativeFinish = native;
        response.Own = Own(root);
        return response;
    }

    /// <summary>What an object says beside its output: the request's parameters, states, and the usage in the provider's words.</summary>
    public static JsonMembers? Own(JsonElement root)
    {
        JsonMembers? own = null;
        foreach (var member in root.EnumerateObject())
        {
            var isDerived = member.Name switch
            {
                "output" => true,
                "id" or "model" or "service_tier" => member.Value.ValueKind == JsonValueKind.String,
                "created_at" => member.Value.ValueKind == JsonValueKind.Number && member.Value.TryGetInt64(out _),
                "usage" => member.Value.ValueKind == JsonValueKind.Null,
                _ => false,
            };
            if (!isDerived)
                JsonMembers.Add(ref own, member.Name, member.Value);
        }
        return own;
    }

    private static void ReadOutput(JsonElement output, ChatCandidate candidate)
    {
        var number = 0;
        foreach (var item in output.EnumerateArray())
        {
            var path = $"output[{number++}]";
            ItemReader.Read(item.WantObject(path), item.TextOf("type"u8) ?? "message", candidate.Parts, path);
            if (item.Member("content"u8) is not { ValueKind: JsonValueKind.Array } content)
                continue;
            foreach (var part in content.EnumerateArray())
            {
                if (ContentReader.Logprobs(part.Member("logprobs"u8)) is { } logprobs)
                    (candidate.Logprobs ??= []).AddRange(logprobs);
            }
        }
    }
}
