namespace AiGateway.Protocols.Chat;

/// <summary>What all targets need of another dialect's request before they write it in their own way.</summary>
internal static class ForeignRequest
{
    /// <summary>The request as strict targets take it: calls in order, functions only, names that they take, search results as text. The same one when it is of the target's own dialect, or when nothing has to change.</summary>
    public static ChatRequest Fit(ChatRequest request, Dialect target, Translation translation) =>
        FitParts(ToolTurns.Mend(request, target, translation), target, translation);

    /// <summary>The same for targets that take calls and results in any order, or see to it themselves.</summary>
    public static ChatRequest FitParts(ChatRequest request, Dialect target, Translation translation) =>
        ToolNames.Fit(CustomTools.Fit(SearchResults.Say(request, target, translation), target, translation), target, translation);
}
