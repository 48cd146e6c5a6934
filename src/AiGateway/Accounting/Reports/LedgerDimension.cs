namespace AiGateway.Accounting.Reports;

/// <summary>What sums can be grouped and filtered by.</summary>
internal enum LedgerDimension
{
    /// <summary>The key that was used.</summary>
    Caller,

    /// <summary>Its organisation.</summary>
    Organisation,

    /// <summary>Its team.</summary>
    Team,

    /// <summary>Its project.</summary>
    Project,

    /// <summary>The alias that was asked for.</summary>
    Alias,

    /// <summary>What was asked.</summary>
    Operation,

    /// <summary>The deployment that was called.</summary>
    Deployment,

    /// <summary>Its provider.</summary>
    Provider,

    /// <summary>The model that was called.</summary>
    Model,

    /// <summary>The class of the status that the caller got: <c>2xx</c> and its like.</summary>
    Status,

    /// <summary>What the call was made for.</summary>
    Kind,

    /// <summary>The hour; no filter.</summary>
    Hour,

    /// <summary>The day; no filter.</summary>
    Day,

    /// <summary>The month; no filter.</summary>
    Month,
}
