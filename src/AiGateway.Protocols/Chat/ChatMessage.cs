namespace AiGateway.Protocols.Chat;

/// <summary>One turn of a conversation.</summary>
public sealed class ChatMessage
{
    /// <summary>Who speaks.</summary>
    public required ChatRole Role { get; init; }

    /// <summary>What is said, in order. A tool's results are parts too (<see cref="ToolResultPart"/>), in a message of role <see cref="ChatRole.Tool"/> or among a user's parts.</summary>
    public List<ChatPart> Parts { get; private set; } = [];

    /// <summary>The speaker's name (OpenAI).</summary>
    public string? Name { get; set; }

    /// <summary>The id of an assistant's message in its own dialect (Responses).</summary>
    public string? Id { get; set; }

    /// <summary>True when the content was a plain string and not a list of parts, so that the same dialect gets it back as such.</summary>
    public bool IsPlainText { get; set; }

    /// <summary>What the dialect wraps around it; null for nothing. An assistant's turn may hold several items: there each part has its own.</summary>
    public ChatItem? Item { get; set; }

    /// <summary>Members of the source dialect without a place here.</summary>
    public JsonMembers? Extensions { get; set; }

    /// <summary>The same message with other parts.</summary>
    internal ChatMessage With(List<ChatPart> parts)
    {
        var copy = (ChatMessage)MemberwiseClone();
        copy.Parts = parts;
        return copy;
    }
}

/// <summary>Who speaks.</summary>
public enum ChatRole
{
    /// <summary>Instructions of who built the application; <c>system</c>.</summary>
    System,

    /// <summary>The same under OpenAI's later name.</summary>
    Developer,

    /// <summary>The end user.</summary>
    User,

    /// <summary>The model.</summary>
    Assistant,

    /// <summary>A tool's result.</summary>
    Tool,
}
