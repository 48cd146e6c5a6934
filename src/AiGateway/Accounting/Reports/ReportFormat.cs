namespace AiGateway.Accounting.Reports;

/// <summary>How a report is written.</summary>
internal enum ReportFormat
{
    /// <summary>For people.</summary>
    Table,

    /// <summary>The groups, for spreadsheets (RFC 4180).</summary>
    Csv,

    /// <summary>Everything, for programs.</summary>
    Json,
}
