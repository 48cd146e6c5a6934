namespace AiGateway.Protocols.Chat;

/// <summary>What a dialect wraps around parts (Responses: an item of its input or output). Parts of one message share the same object. Only the same dialect writes it, and no other loses anything by leaving it out.</summary>
public sealed class ChatItem
{
    /// <summary>Its id; null for none.</summary>
    public string? Id { get; init; }

    /// <summary>Its type as it was written; null where it was left out.</summary>
    public string? Type { get; init; }

    /// <summary>Where it stood.</summary>
    public ChatItemPlace Place { get; init; }

    /// <summary>True when its content was a plain string and not a list of parts.</summary>
    public bool IsPlainText { get; init; }

    /// <summary>Its other members, such as its status.</summary>
    public JsonMembers? Own { get; init; }
}

/// <summary>Where an item stood.</summary>
public enum ChatItemPlace
{
    /// <summary>In the list of items.</summary>
    List,

    /// <summary>It was the whole input, as a string.</summary>
    Input,

    /// <summary>In a member of its own: <c>instructions</c>.</summary>
    Instructions,
}
