namespace AiGateway.Configuration;

/// <summary>Where a PostgreSQL database is, and as whom it is used. Prints host, port and database, and nothing else.</summary>
/// <param name="Host">Name or IP address of the server.</param>
/// <param name="Port">Its port.</param>
/// <param name="Database">The database.</param>
/// <param name="User">The role.</param>
/// <param name="Password">Its password; null where the server asks for none.</param>
/// <param name="Tls">One of <see cref="TlsModes"/>, with libpq's meaning.</param>
/// <param name="RootCertificate">PEM file of the authorities that the server's certificate is checked against; null: the system's.</param>
internal sealed record PostgresAddress(string Host, int Port, string Database, string User, Secret? Password, string Tls, string? RootCertificate)
{
    /// <summary>PostgreSQL's own port.</summary>
    public const int StandardPort = 5432;

    /// <summary>TLS where the server has it, unchecked: libpq's default.</summary>
    public const string StandardTls = "prefer";

    /// <summary>The values of <c>sslmode</c>.</summary>
    public static readonly string[] TlsModes = ["disable", StandardTls, "require", "verify-ca", "verify-full"];

    /// <inheritdoc />
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}/{Database}" : $"{Host}:{Port}/{Database}";
}
