using AiGateway.Configuration;

namespace AiGateway.Admission.Sharing;

/// <summary>What one exchange holds in the store, of limits that the store decides on.</summary>
/// <param name="id">The reservation's name, unique among all nodes.</param>
/// <param name="tag">The organisation that its keys belong to.</param>
internal sealed class SharedHold(string id, string tag)
{
    /// <summary>The tag of what belongs to no organisation alone.</summary>
    public const string Everybody = "*";

    /// <summary>The reservation's name.</summary>
    public string Id { get; } = id;

    /// <summary>The organisation that its keys belong to.</summary>
    public string Tag { get; } = tag;

    /// <summary>What is held of which limit.</summary>
    public Claim[] Claims { get; set; } = [];

    /// <summary>The life of the store in which it was held, or would have been had it answered; null when none is known.</summary>
    public string? Epoch { get; set; }

    /// <summary>The tag of a limit's use by callers of an organisation.</summary>
    public static string TagOf(LimitModel limit, string? organisation) => limit.SpansOrganisations ? Everybody : TagOf(organisation);

    /// <summary>The tag of an organisation.</summary>
    public static string TagOf(string? organisation) => "org:" + organisation;
}
