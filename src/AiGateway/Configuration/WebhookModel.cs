using System.Collections.Frozen;

namespace AiGateway.Configuration;

/// <summary>An address that is told of budgets, resolved.</summary>
/// <param name="Id">Its name in the file.</param>
/// <param name="Url">Where notices go.</param>
/// <param name="Key">What they are signed with, as <see cref="WebhookModelBuilder.BytesOf"/> reads it.</param>
/// <param name="On">Which it is told of.</param>
internal sealed record WebhookModel(string Id, Uri Url, Secret Key, FrozenSet<NoticeKind> On)
{
    /// <summary>None.</summary>
    public static readonly FrozenDictionary<string, WebhookModel> None = FrozenDictionary<string, WebhookModel>.Empty;
}

/// <summary>What is told of a budget.</summary>
internal enum NoticeKind
{
    /// <summary>A share of <c>warn_at</c> is used.</summary>
    Threshold,

    /// <summary>It is used up, or a request was refused for want of what is left.</summary>
    Spent,

    /// <summary>The period of which something was told is over.</summary>
    Renewed,
}
