namespace AiGateway.Protocols.Chat;

/// <summary>Brings the tool calls of a conversation into the order that most dialects insist on: each call's result directly behind the turn that made it.</summary>
/// <remarks>
/// Dialects differ in what they let pass. Anthropic and Gemini take calls spread over several turns of the model and answered
/// together, Responses takes words between a call and its result; OpenAI Chat, Mistral, Cohere, Gemini and Converse refuse what
/// they do not let pass themselves. Here turns of the model that follow calls at once become one, results that stand further
/// back are moved up, a call without a result gets one that says so, and a result without its call becomes text. Members that
/// writers name afterwards are counted in the conversation as it then is.
/// </remarks>
internal static class ToolTurns
{
    private const string NoResult = "The tool gave no result.";

    /// <summary>The request with its calls in order; the same one when they are already, and when it is of the target's own dialect: then the provider says what it thinks of it.</summary>
    public static ChatRequest Mend(ChatRequest request, Dialect target, Translation translation)
    {
        if (request.Source == target || !HasTools(request.Messages))
            return request;
        var merged = Merge(request.Messages);
        var mended = new List<ChatMessage>(merged.Count + 1);
        var moved = new HashSet<ToolResultPart>();
        var matched = new HashSet<ToolResultPart>();
        var isSame = merged.Count == request.Messages.Count;
        for (var i = 0; i < merged.Count; i++)
        {
            var message = merged[i];
            if (message.Role == ChatRole.Assistant)
            {
                mended.Add(message);
                if (ResultsFor(merged, i, matched, moved, translation) is { } results)
                {
                    mended.Add(results);
                    isSame = false;
                }
                continue;
            }
            var kept = Keep(message, moved, matched, translation);
            isSame &= ReferenceEquals(kept, message);
            if (kept is not null)
                mended.Add(kept);
        }
        return isSame ? request : request.With(mended);
    }

    /// <summary>False also where ids are missing: then only their order tells which result is whose, and that is left alone.</summary>
    private static bool HasTools(List<ChatMessage> messages)
    {
        var found = false;
        foreach (var message in messages)
        {
            foreach (var part in message.Parts)
            {
                if (part is ToolCallPart { Id.Length: 0 } or ToolResultPart { CallId.Length: 0 })
                    return false;
                found |= part is ToolCallPart or ToolResultPart;
            }
        }
        return found;
    }

    private static List<ChatMessage> Merge(List<ChatMessage> messages)
    {
        var merged = new List<ChatMessage>(messages.Count);
        foreach (var message in messages)
        {
            if (message.Role == ChatRole.Assistant && merged is [.., { Role: ChatRole.Assistant } before] && before.Parts.Exists(static part => part is ToolCallPart))
            {
                var both = Copy(before, before.Parts);
                both.Parts.AddRange(message.Parts);
                merged[^1] = both;
                continue;
            }
            merged.Add(message);
        }
        return merged;
    }

    /// <summary>The results of a turn's calls as a message of their own; null where they stand in their place already.</summary>
    private static ChatMessage? ResultsFor(List<ChatMessage> messages, int turn, HashSet<ToolResultPart> matched, HashSet<ToolResultPart> moved, Translation translation)
    {
        var results = new ChatMessage { Role = ChatRole.Tool };
        var inPlace = true;
        var own = new List<ToolResultPart>();
        foreach (var part in messages[turn].Parts)
        {
            if (part is not ToolCallPart call)
                continue;
            if (Find(messages, turn, call.Id, matched) is var (result, direct) && result is not null)
            {
                matched.Add(result);
                own.Add(result);
                results.Parts.Add(result);
                inPlace &= direct;
                continue;
            }
            translation.Approximate("messages", $"the call '{call.Id}' has no result: one that says so was put in");
            var none = new ToolResultPart { CallId = call.Id, Name = call.Name, IsError = true, IsPlainText = true };
            none.Content.Add(new TextPart(NoResult));
            results.Parts.Add(none);
            inPlace = false;
        }
        if (inPlace)
            return null;
        moved.UnionWith(own);
        return results;
    }

    /// <summary>The first result of a call behind its turn that is nobody else's, and whether nothing but results stands between.</summary>
    private static (ToolResultPart? Result, bool Direct) Find(List<ChatMessage> messages, int turn, string id, HashSet<ToolResultPart> matched)
    {
        var direct = true;
        for (var i = turn + 1; i < messages.Count; i++)
        {
            foreach (var part in messages[i].Parts)
            {
                // Ids are used again by some providers: behind such a call the results are its own.
                if (part is ToolCallPart call && call.Id == id)
                    return (null, false);
                if (part is ToolResultPart result && result.CallId == id && !matched.Contains(result))
                    return (result, direct);
                direct &= part is ToolResultPart;
            }
        }
        return (null, false);
    }

    /// <summary>The message without results that were moved, and with those that belong to no call as text; null when nothing is left.</summary>
    private static ChatMessage? Keep(ChatMessage message, HashSet<ToolResultPart> moved, HashSet<ToolResultPart> matched, Translation translation)
    {
        if (!message.Parts.Exists(part => part is ToolResultPart result && (moved.Contains(result) || !matched.Contains(result))))
            return message;
        var kept = new List<ChatPart>();
        foreach (var part in message.Parts)
        {
            if (part is not ToolResultPart result || (matched.Contains(result) && !moved.Contains(result)))
            {
                kept.Add(part);
            }
            else if (!matched.Contains(result))
            {
                translation.Approximate("messages", $"the result of '{result.CallId}' follows no call: sent as text");
                kept.AddRange(result.Json.IsAbsent ? result.Content : [new TextPart(result.Json.Words)]);
            }
        }
        return kept.Count == 0 ? null : Copy(message, kept);
    }

    private static ChatMessage Copy(ChatMessage message, List<ChatPart> parts)
    {
        // Items are those of the parts that went.
        var copy = new ChatMessage
        {
            Role = message.Role == ChatRole.Tool && !parts.Exists(static part => part is ToolResultPart) ? ChatRole.User : message.Role,
            Name = message.Name,
            Id = message.Id,
            Extensions = message.Extensions,
        };
        copy.Parts.AddRange(parts);
        return copy;
    }
}
