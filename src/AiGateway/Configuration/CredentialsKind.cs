namespace AiGateway.Configuration;

/// <summary>With what a provider is convinced.</summary>
internal enum CredentialsKind
{
    /// <summary>The keys of the file, or nothing.</summary>
    Key,

    /// <summary>AWS credentials, with which each request is signed.</summary>
    Aws,

    /// <summary>An access token of Google's.</summary>
    Google,

    /// <summary>An access token of Microsoft Entra ID.</summary>
    Azure,

    /// <summary>The key that the caller itself brings.</summary>
    Caller,
}
