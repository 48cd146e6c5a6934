namespace AiGateway.Configuration;

/// <summary>A secret as the file names it: <c>${NAME}</c>, <c>env:NAME</c>, <c>file:/path</c>, or the text itself. Never prints its value.</summary>
internal sealed record SecretReference(string Reference)
{
    /// <summary>Always <c>***</c>, so that neither a log nor an exception shows a key.</summary>
    public override string ToString() => "***";
}
