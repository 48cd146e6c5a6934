namespace AiGateway.Protocols.Chat;

/// <summary>A piece of what is said.</summary>
public abstract class ChatPart
{
    /// <summary>The prompt up to here may be cached for this long (Anthropic, Bedrock): <c>5m</c>, <c>1h</c>; null for no mark.</summary>
    public string? CacheMark { get; set; }

    /// <summary>A signature over this part that must come back with it (Gemini's <c>thoughtSignature</c> on text and calls).</summary>
    public string? Signature { get; set; }

    /// <summary>Whose provider made <see cref="Signature"/> or the encrypted thoughts, where a dialect carries those of others (OpenAI Chat's <c>reasoning_details</c> and <c>extra_content</c>); null for the source's own.</summary>
    public Dialect? SignedBy { get; set; }

    /// <summary>What the dialect wraps around it; null for nothing.</summary>
    public ChatItem? Item { get; set; }

    /// <summary>Members of the source dialect without a place here.</summary>
    public JsonMembers? Extensions { get; set; }

    /// <summary>Members that only the source dialect needs and that no other loses: presence of nulls, states, repetitions of the request.</summary>
    public JsonMembers? Own { get; set; }

    /// <summary>Another one with the same members.</summary>
    internal ChatPart Copy() => (ChatPart)MemberwiseClone();
}

/// <summary>Text.</summary>
public sealed class TextPart(string text) : ChatPart
{
    /// <summary>The text.</summary>
    public string Text { get; set; } = text;

    /// <summary>Where it comes from; null for nowhere.</summary>
    public List<ChatCitation>? Citations { get; set; }
}

/// <summary>The model declines.</summary>
public sealed class RefusalPart(string text) : ChatPart
{
    /// <summary>Its words.</summary>
    public string Text { get; set; } = text;
}

/// <summary>What the model thought.</summary>
public sealed class ThinkingPart : ChatPart
{
    /// <summary>The thoughts or their summary; empty when they are hidden.</summary>
    public string Text { get; set; } = "";

    /// <summary>Several summaries where the dialect keeps them apart (Responses); null for one text.</summary>
    public List<string>? Summaries { get; set; }

    /// <summary>Thoughts that only the provider can read (Anthropic's redacted thinking, Responses' encrypted content, Bedrock's redacted content), in base64; null for none.</summary>
    public string? Encrypted { get; set; }

    /// <summary>Its id in its own dialect (Responses).</summary>
    public string? Id { get; set; }

    /// <summary>The member it came in, where copies of a dialect disagree (OpenAI Chat: <c>reasoning_content</c>, <c>reasoning</c>, <c>reasoning_details</c>); null for the usual one.</summary>
    public string? Member { get; set; }

    /// <summary>The whole object in its own dialect, where it was one (OpenRouter's <c>reasoning_details</c>).</summary>
    public JsonValue Native { get; set; }
}

/// <summary>Image, sound, video or document.</summary>
public sealed class MediaPart(MediaKind kind) : ChatPart
{
    /// <summary>What it is.</summary>
    public MediaKind Kind { get; } = kind;

    /// <summary>The content in base64; null when it is elsewhere.</summary>
    public string? Base64 { get; set; }

    /// <summary>Where it is; null when it is here. Never a <c>data:</c> address: decoders take those apart.</summary>
    public string? Url { get; set; }

    /// <summary>The id of a file stored with the provider.</summary>
    public string? FileId { get; set; }

    /// <summary>Plain text of a document given as text (Anthropic's text source).</summary>
    public string? Text { get; set; }

    /// <summary>Its type, such as <c>image/png</c>; null when unknown.</summary>
    public string? MediaType { get; set; }

    /// <summary>Its name, for documents.</summary>
    public string? Name { get; set; }

    /// <summary>How closely an image is looked at (<c>low</c>, <c>high</c>, <c>auto</c>).</summary>
    public string? Detail { get; set; }

    /// <summary>The id of a sound the model made, by which it is named in later turns (OpenAI).</summary>
    public string? Id { get; set; }

    /// <summary>What is said in a sound.</summary>
    public string? Transcript { get; set; }
}

/// <summary>Kinds of media.</summary>
public enum MediaKind
{
    /// <summary>A picture.</summary>
    Image,

    /// <summary>Sound.</summary>
    Audio,

    /// <summary>Moving pictures.</summary>
    Video,

    /// <summary>A document: PDF, text, table.</summary>
    Document,
}

/// <summary>The model calls a tool.</summary>
public sealed class ToolCallPart : ChatPart
{
    /// <summary>The call's id; empty where the dialect has none (older Gemini).</summary>
    public string Id { get; set; } = "";

    /// <summary>The tool.</summary>
    public required string Name { get; set; }

    /// <summary>The arguments: JSON text as the model wrote it, which may be no valid JSON.</summary>
    public string Arguments { get; set; } = "";

    /// <summary>True for a custom tool (Responses), whose input is text.</summary>
    public bool IsCustom { get; set; }

    /// <summary>The id of the item beside the call's (Responses).</summary>
    public string? ItemId { get; set; }

    /// <summary>The same call as one of a function with these arguments.</summary>
    internal ToolCallPart AsFunction(string arguments)
    {
        var copy = (ToolCallPart)Copy();
        copy.IsCustom = false;
        copy.Arguments = arguments;
        return copy;
    }

    /// <summary>The same call of a tool under another name.</summary>
    internal ToolCallPart Renamed(string name)
    {
        var copy = (ToolCallPart)Copy();
        copy.Name = name;
        return copy;
    }
}

/// <summary>What a tool gave.</summary>
public sealed class ToolResultPart : ChatPart
{
    /// <summary>The call's id.</summary>
    public string CallId { get; set; } = "";

    /// <summary>The tool; null where the dialect does not repeat it.</summary>
    public string? Name { get; set; }

    /// <summary>The result: text, images, documents. Structured results (Gemini, Bedrock) are <see cref="Json"/>.</summary>
    public List<ChatPart> Content { get; private set; } = [];

    /// <summary>The result as JSON; absent where it is content.</summary>
    public JsonValue Json { get; set; }

    /// <summary>Whether the tool failed.</summary>
    public bool? IsError { get; set; }

    /// <summary>True when the content was a plain string.</summary>
    public bool IsPlainText { get; set; }

    /// <summary>The same result with other content.</summary>
    internal ToolResultPart With(List<ChatPart> content)
    {
        var copy = (ToolResultPart)Copy();
        copy.Content = content;
        return copy;
    }

    /// <summary>The same result of a tool under another name.</summary>
    internal ToolResultPart Renamed(string name)
    {
        var copy = (ToolResultPart)Copy();
        copy.Name = name;
        return copy;
    }
}

/// <summary>A part that only its own dialect knows: a server tool's call or result, a compaction, code that ran.</summary>
public sealed class OpaquePart(Dialect dialect, string type, JsonValue value) : ChatPart
{
    /// <summary>The dialect it belongs to.</summary>
    public Dialect Dialect { get; } = dialect;

    /// <summary>Its type in that dialect, for the loss report.</summary>
    public string Type { get; } = type;

    /// <summary>The whole object.</summary>
    public JsonValue Value { get; } = value;
}

/// <summary>Where a text comes from.</summary>
public sealed record ChatCitation
{
    /// <summary>The page's address; null for documents.</summary>
    public string? Url { get; init; }

    /// <summary>Its title.</summary>
    public string? Title { get; init; }

    /// <summary>The words cited.</summary>
    public string? Text { get; init; }

    /// <summary>First character of the text that rests on it; null when unknown.</summary>
    public int? Start { get; init; }

    /// <summary>Character behind the last.</summary>
    public int? End { get; init; }

    /// <summary>The whole object in its own dialect.</summary>
    public JsonValue Native { get; init; }
}
