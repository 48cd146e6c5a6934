namespace AiGateway.Configuration;

/// <summary>A key of the Admin API, resolved.</summary>
/// <param name="Id">Its name in the audit.</param>
/// <param name="Hash">SHA-256 of the key.</param>
/// <param name="MayWrite">Whether it may change anything.</param>
internal sealed record AdminKeyModel(string Id, byte[] Hash, bool MayWrite)
{
    /// <summary>The name under which <c>host.admin.key_hash</c> stands in the audit.</summary>
    public const string ShortFormId = "admin";

    /// <summary>The role that may change things.</summary>
    public const string Write = "write";

    /// <summary>The words for roles.</summary>
    public static readonly string[] Roles = ["read", Write];
}
