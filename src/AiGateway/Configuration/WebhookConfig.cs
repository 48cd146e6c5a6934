namespace AiGateway.Configuration;

/// <summary>An address that is told of budgets, as written.</summary>
internal sealed record WebhookConfig
{
    /// <summary>Where notices go. Required.</summary>
    public string? Url { get; init; }

    /// <summary>What they are signed with: 24 characters and more, or <c>whsec_</c> and the base64 of as many bytes. Required.</summary>
    public SecretReference? Secret { get; init; }

    /// <summary>Which it is told of: <c>threshold</c>, <c>spent</c>, <c>renewed</c>. Default all.</summary>
    public IReadOnlyList<string> On { get; init; } = [];
}
