namespace AiGateway.Configuration;

/// <summary>Something wrong (or doubtful) in the routing file: where, what, and the way out.</summary>
/// <param name="File">The file as the operator named it.</param>
/// <param name="Line">Line from 1; 0 when the file as a whole is meant.</param>
/// <param name="Column">Column from 1; 0 when the file as a whole is meant.</param>
/// <param name="Message">What is wrong and how to mend it. Never a resolved secret.</param>
internal sealed record ConfigurationError(string File, int Line, int Column, string Message)
{
    /// <summary>In the form that editors and terminals turn into a link: <c>config/gateway.yaml:12:7: …</c>.</summary>
    public override string ToString() => Line == 0 ? $"{File}: {Message}" : $"{File}:{Line}:{Column}: {Message}";
}
