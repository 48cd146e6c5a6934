using AiGateway.Protocols.Chat;

namespace AiGateway.Protocols.Bedrock;

/// <summary>Brings a conversation into the form that Converse insists on.</summary>
/// <remarks>
/// Of other dialects' conversations: roles alternate, the user begins, instructions stand apart, no text is blank, results come
/// before other parts of their turn, a document never comes without text. What cannot be said is dropped and named. Converse's
/// own are left as they are: whoever wrote them gets Bedrock's own answer to them.
/// </remarks>
internal sealed class ConverseTurns(ChatRequest request, BedrockModel model, Translation translation)
{
    private const string Placeholder = "Please continue.";
    private const int MostMarks = 4;

    private readonly bool _own = request.Source == Dialect.Converse;

    /// <summary>The turns.</summary>
    public List<ConverseTurn> Turns { get; } = [];

    /// <summary>The instructions.</summary>
    public List<ConverseEntry> System { get; } = [];

    /// <summary>Whether calls or results are in the conversation: Bedrock then insists on tools.</summary>
    public bool HasToolParts { get; private set; }

    public void Build()
    {
        for (var i = 0; i < request.Messages.Count; i++)
        {
            var message = request.Messages[i];
            var path = $"messages[{i}]";
            if (!_own)
            {
                translation.DropAll(message.Extensions, path);
                if (message.Name is not null)
                    translation.Drop($"{path}.name", "Converse has no names of speakers");
            }
            if (message.Role is ChatRole.System or ChatRole.Developer)
            {
                AddSystem(message, path);
                continue;
            }
            var role = message.Role == ChatRole.Assistant ? "assistant" : "user";
            if (_own || Turns.Count == 0 || Turns[^1].Role != role)
                Turns.Add(new ConverseTurn(role));
            AddParts(message, Turns[^1].Entries, path);
        }
        if (!_own)
            Mend();
    }

    private void AddSystem(ChatMessage message, string path)
    {
        if (_own && Turns.Count > 0)
        {
            // A newer role inside the conversation.
            Turns.Add(new ConverseTurn("system"));
            AddParts(message, Turns[^1].Entries, path);
            return;
        }
        if (Turns.Count > 0)
            translation.Approximate(path, "instructions inside the conversation go before it");
        AddParts(message, System, path);
    }

    private void AddParts(ChatMessage message, List<ConverseEntry> entries, string path)
    {
        for (var i = 0; i < message.Parts.Count; i++)
        {
            var part = message.Parts[i];
            var kept = _own ? KeepOwn(part, $"{path}.content[{i}]") : Keep(part, message.Role, $"{path}.content[{i}]");
            HasToolParts |= kept is ToolCallPart or ToolResultPart;
            if (kept is not null)
            {
                entries.Add(new ConverseEntry(kept, part.CacheMark));
            }
            else if (part.CacheMark is not null && entries.Count > 0)
            {
                // The mark of a part that is gone: the prompt up to there ends with the part before it.
                entries[^1] = entries[^1] with { CacheMark = part.CacheMark };
            }
        }
    }

    /// <summary>Of Converse's own parts only those go that another provider signed, and was to get back through this client.</summary>
    private ChatPart? KeepOwn(ChatPart part, string path)
    {
        if (part is not ThinkingPart { SignedBy: { } signer } || Carries(signer))
            return part;
        translation.Drop(path, "thoughts signed by another provider");
        return null;
    }

    /// <summary>The part as it can be written; null when it cannot.</summary>
    private ChatPart? Keep(ChatPart part, ChatRole role, string path)
    {
        translation.DropAll(part.Extensions, path);
        var isInstruction = role is ChatRole.System or ChatRole.Developer;
        switch (part)
        {
            case TextPart text:
                if (text.Citations is { Count: > 0 })
                    translation.Drop($"{path}.citations", "citations of another dialect mean nothing in a prompt here");
                if (text.Signature is not null)
                    translation.Drop($"{path}.signature", "a signature of another provider");
                return string.IsNullOrWhiteSpace(text.Text) ? null : text.Citations is null ? text : new TextPart(text.Text);
            case RefusalPart refusal:
                return string.IsNullOrWhiteSpace(refusal.Text) ? null : new TextPart(refusal.Text);
            case ThinkingPart thinking:
                if (Carries(thinking.SignedBy ?? request.Source) && (thinking.Signature is { Length: > 0 } || thinking.Encrypted is not null))
                    return thinking;
                translation.Drop(path, "thoughts without this provider's signature are refused");
                return null;
            case MediaPart when isInstruction:
                translation.Drop(path, "instructions are text only");
                return null;
            case MediaPart media:
                return KeepMedia(media, role, path);
            case ToolCallPart call:
                if (call.Signature is not null)
                    translation.Drop($"{path}.signature", "a signature of another provider");
                if (!CallArguments.AreObject(call))
                    translation.Approximate($"{path}.arguments", "arguments that are no JSON object stand in the member 'input' of one");
                return call;
            case ToolResultPart result:
                return KeepResult(result, path);
            case OpaquePart opaque:
                translation.Drop(path, $"'{opaque.Type}' has no counterpart in Converse");
                return null;
            default:
                return null;
        }
    }

    /// <summary>
    /// Signatures and hidden thoughts belong to who made them. Claude's are the same on Anthropic's own API and on Bedrock
    /// (https://platform.claude.com/docs/en/build-with-claude/extended-thinking, "values are compatible across platforms").
    /// </summary>
    private bool Carries(Dialect signer) => signer == Dialect.Converse || (signer == Dialect.Anthropic && model.IsClaude);

    private ChatPart? KeepMedia(MediaPart media, ChatRole role, string path)
    {
        if (role == ChatRole.Assistant)
        {
            if (string.IsNullOrWhiteSpace(media.Transcript))
            {
                translation.Drop(path, "the assistant's turns hold no media in Converse");
                return null;
            }
            translation.Approximate(path, "what the assistant said aloud goes as its transcript");
            return new TextPart(media.Transcript);
        }
        var isS3 = media.Url is { } url && url.StartsWith("s3://", StringComparison.OrdinalIgnoreCase);
        if (media.Base64 is null && media.Text is null && !isS3)
        {
            translation.Drop(path, media.FileId is null ? "Bedrock fetches from S3 only, not from other addresses" : "a file stored with another provider");
            return null;
        }
        if (media is { Kind: MediaKind.Document, Text: { } text, Base64: null } && string.IsNullOrWhiteSpace(text))
            return null;
        if (ConverseMedia.FormatOf(media) is not { } format)
        {
            translation.Drop(path, $"Converse takes no {ConverseMedia.BlockOf(media.Kind)} of the type '{media.MediaType ?? "unknown"}'");
            return null;
        }
        if (media.MediaType is { } type && ConverseMedia.FormatOf(media.Kind, type) is null && format == "txt")
            translation.Approximate($"{path}.type", "a document of this type goes as plain text");
        if (media.Detail is not null and not "auto")
            translation.Drop($"{path}.detail", "Converse does not say how closely an image is looked at");
        return media;
    }

    private ToolResultPart KeepResult(ToolResultPart result, string path)
    {
        var kept = new ToolResultPart { CallId = result.CallId, Name = result.Name, Json = result.Json, IsError = result.IsError };
        for (var i = 0; i < result.Content.Count; i++)
        {
            if (Keep(result.Content[i], ChatRole.Tool, $"{path}.content[{i}]") is { } part)
            {
                if (part is MediaPart { Kind: MediaKind.Audio })
                    translation.Drop($"{path}.content[{i}]", "results hold no sound in Converse");
                else
                    kept.Content.Add(part);
            }
        }
        if (result.IsError == true && !model.TakesToolStatus)
            translation.Drop($"{path}.is_error", "the model takes no status of results");
        return kept;
    }

    private void Mend()
    {
        Turns.RemoveAll(static turn => turn.Entries.Count == 0);
        for (var i = Turns.Count - 1; i > 0; i--)
        {
            if (Turns[i].Role != Turns[i - 1].Role)
                continue;
            Turns[i - 1].Entries.AddRange(Turns[i].Entries);
            Turns.RemoveAt(i);
        }
        if (Turns.Count == 0)
            translation.RefuseWhenNothingIsLeft();
        if (Turns.Count == 0 || Turns[0].Role == "assistant")
        {
            translation.Approximate("messages", $"Converse wants the user to begin: '{Placeholder}' stands there");
            var first = new ConverseTurn("user");
            first.Entries.Add(new ConverseEntry(new TextPart(Placeholder), null));
            Turns.Insert(0, first);
        }
        foreach (var turn in Turns)
            MendTurn(turn);
        BoundMarks();
    }

    /// <summary>Bedrock refuses more than four marks. The last ones reach furthest, those on tools and instructions are found by most requests: the first of the conversation go.</summary>
    private void BoundMarks()
    {
        var excess = System.FindAll(static entry => entry.CacheMark is not null).Count + request.Tools.FindAll(static tool => tool.CacheMark is not null).Count - MostMarks;
        foreach (var turn in Turns)
            excess += turn.Entries.FindAll(static entry => entry.CacheMark is not null).Count;
        if (excess > 0)
            translation.Approximate("messages[].cache_control", "Bedrock takes four marks: the last ones stand");
        foreach (var turn in Turns)
        {
            for (var i = 0; i < turn.Entries.Count && excess > 0; i++)
            {
                if (turn.Entries[i].CacheMark is null)
                    continue;
                turn.Entries[i] = turn.Entries[i] with { CacheMark = null };
                excess--;
            }
        }
    }

    private void MendTurn(ConverseTurn turn)
    {
        if (turn.Role != "user")
            return;
        var results = turn.Entries.FindAll(static entry => entry.Part is ToolResultPart);
        if (results.Count > 0 && results.Count < turn.Entries.Count)
        {
            turn.Entries.RemoveAll(static entry => entry.Part is ToolResultPart);
            turn.Entries.InsertRange(0, results);
        }
        var hasDocument = turn.Entries.Exists(static entry => entry.Part is MediaPart { Kind: MediaKind.Document });
        if (hasDocument && !turn.Entries.Exists(static entry => entry.Part is TextPart))
        {
            translation.Approximate("messages", "a document needs text beside it: a few words stand there");
            turn.Entries.Add(new ConverseEntry(new TextPart("See the document."), null));
        }
    }

    /// <summary>Names of the tools that the conversation has called.</summary>
    public List<string> CalledTools()
    {
        var names = new List<string>();
        foreach (var turn in Turns)
        {
            foreach (var entry in turn.Entries)
            {
                if (entry.Part is ToolCallPart call && !names.Contains(call.Name))
                    names.Add(call.Name);
            }
        }
        return names;
    }
}
