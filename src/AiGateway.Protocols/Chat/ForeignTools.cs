namespace AiGateway.Protocols.Chat;

/// <summary>What all strict targets need of another dialect's tools: calls in order, functions only, names they take.</summary>
internal static class ForeignTools
{
    /// <summary>The request as the target takes its tools; the same one when it is of the target's own dialect, or when nothing has to change.</summary>
    public static ChatRequest Fit(ChatRequest request, Dialect target, Translation translation) =>
        ToolNames.Fit(CustomTools.Fit(ToolTurns.Mend(request, target, translation), target, translation), target, translation);
}
