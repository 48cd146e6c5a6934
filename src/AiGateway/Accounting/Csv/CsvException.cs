namespace AiGateway.Accounting.Csv;

/// <summary>A file is no CSV, or more than is taken; the message names the line.</summary>
internal sealed class CsvException(string message, Exception? cause = null) : Exception(message, cause);
