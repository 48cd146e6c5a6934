namespace AiGateway.Accounting.Lists;

/// <summary>Something that a check of a price list found.</summary>
/// <param name="Line">Its line, from 1; 0 for the whole file.</param>
/// <param name="IsError">False for what is only suspicious.</param>
/// <param name="Message">What, and the way out.</param>
internal sealed record PriceFinding(int Line, bool IsError, string Message);
