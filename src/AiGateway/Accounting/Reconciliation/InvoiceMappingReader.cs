using AiGateway.Configuration;
using AiGateway.Configuration.Yaml;

namespace AiGateway.Accounting.Reconciliation;

/// <summary>Reads mapping files: YAML, of which JSON is a part.</summary>
internal static class InvoiceMappingReader
{
    private const int MaxBytes = 1 << 20;
    private const decimal HighestRate = 1_000_000_000;

    private static readonly RecordShape<InvoiceMapping> Shape = new RecordShape<InvoiceMapping>("mapping")
        .With("columns", "Which column of a CSV holds what.", new MapShape<string>(Scalars.Text), (mapping, value) => mapping with { Columns = value })
        .With("models", "The ledger's models by names on the invoice.", new MapShape<string>(Scalars.Text, withBlanks: true), (mapping, value) => mapping with { Models = value })
        .With("rates", "USD for one of another currency.", new MapShape<decimal>(Scalars.Exact(HighestRate)), (mapping, value) => mapping with { Rates = value })
        .With("providers", "Whose calls are compared.", new ListShape<string>(Scalars.Text, orSingle: true), (mapping, value) => mapping with { Providers = value })
        .With("tz", "Where the invoice's days begin.", Scalars.Text, (mapping, value) => mapping with { Zone = value })
        .With("tolerance", "The largest difference that counts as rounding, in USD.", Scalars.Exact(HighestRate), (mapping, value) => mapping with { Tolerance = value });

    /// <summary>Reads a file. Nothing in it is replaced from the environment.</summary>
    /// <exception cref="InvoiceException">It cannot be read, or says what cannot be; the message has every fault, with its line.</exception>
    public static InvoiceMapping Read(string path)
    {
        string text;
        try
        {
            text = new FileInfo(path).Length <= MaxBytes ? File.ReadAllText(path) : throw new InvoiceException($"{path} has more than {MaxBytes} bytes: a mapping is a few lines. Is it the provider's file? That is '--file'.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InvoiceException($"{path} cannot be read: {e.Message}");
        }
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new InvoiceException($"{path} is empty. Write what is the same every month: columns, models, rates, providers, tz, tolerance.");
        }
        var findings = new Findings(path);
        var mapping = YamlTreeReader.Read(text, findings) is { } root && Shape.TryBind(root, ConfigPath.Root, new BindingContext(findings, environment: null), out var bound) ? bound : null;
        return mapping is not null && !findings.HasErrors ? mapping : throw new InvoiceException(string.Join(Environment.NewLine, findings.Errors()));
    }
}
