using System.Diagnostics.Metrics;

namespace AiGateway.Telemetry;

/// <summary>Creates instruments from their <see cref="MetricDefinition"/>.</summary>
internal static class MeterExtensions
{
    extension(IMeterFactory factory)
    {
#pragma warning disable CA2000 // The factory owns the meter.
        /// <summary>The gateway's meter: the factory gives the same one to all who ask, and disposes it.</summary>
        public Meter GatewayMeter => factory.Create(MetricDefinitions.MeterName);
#pragma warning restore CA2000
    }

    public static Counter<T> CreateCounter<T>(this Meter meter, MetricDefinition definition)
        where T : struct => meter.CreateCounter<T>(definition.Name, definition.Unit, definition.Description);

    public static Histogram<T> CreateHistogram<T>(this Meter meter, MetricDefinition definition)
        where T : struct => meter.CreateHistogram(definition.Name, definition.Unit, definition.Description, tags: null, new InstrumentAdvice<T> { HistogramBucketBoundaries = [.. definition.Buckets.Select(bound => (T)Convert.ChangeType(bound, typeof(T), provider: null))] });

    public static void Observe<T>(this Meter meter, MetricDefinition definition, Func<T> read)
        where T : struct
    {
        if (definition.Kind == MetricKind.Counter)
        {
            meter.CreateObservableCounter(definition.Name, read, definition.Unit, definition.Description);
        }
        else
        {
            meter.CreateObservableGauge(definition.Name, read, definition.Unit, definition.Description);
        }
    }

    public static void Observe<T>(this Meter meter, MetricDefinition definition, Func<IEnumerable<Measurement<T>>> read)
        where T : struct
    {
        if (definition.Kind == MetricKind.Counter)
        {
            meter.CreateObservableCounter(definition.Name, read, definition.Unit, definition.Description);
        }
        else
        {
            meter.CreateObservableGauge(definition.Name, read, definition.Unit, definition.Description);
        }
    }
}
