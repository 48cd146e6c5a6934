namespace AiGateway.Protocols.Fingerprints;

/// <summary>Whether a request's last turn is text that can be matched by meaning.</summary>
public enum TurnTextState
{
    /// <summary>It is.</summary>
    Found,

    /// <summary>The operation is no conversation, or one whose turns are not looked into (Gemini's, legacy completions).</summary>
    NotLookedFor,

    /// <summary>The last turn is not the user's: a tool's result, words put into the model's mouth, or there is none.</summary>
    NoUserTurn,

    /// <summary>The turn holds something else than one text: images, files, tool results, several parts, nothing.</summary>
    NotOneText,
}
