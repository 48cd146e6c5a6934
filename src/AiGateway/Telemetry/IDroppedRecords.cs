namespace AiGateway.Telemetry;

/// <summary>A sink that can lose records: a boundary, so that metrics can show the loss without knowing the sink.</summary>
internal interface IDroppedRecords
{
    /// <summary>Records lost since the start; only grows.</summary>
    long Dropped { get; }
}
