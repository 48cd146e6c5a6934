namespace AiGateway.Accounting.Focus;

/// <summary>A version of the FinOps Open Cost and Usage Specification, as far as it decides which columns a file has.</summary>
internal enum FocusVersion
{
    /// <summary>1.2, May 2025: <c>ProviderName</c> and <c>PublisherName</c>.</summary>
    V12,

    /// <summary>1.3, December 2025: those, and <c>ServiceProviderName</c> and <c>HostProviderName</c>.</summary>
    V13,

    /// <summary>1.4, June 2026: the latter two only.</summary>
    V14,
}
