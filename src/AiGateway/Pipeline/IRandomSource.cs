namespace AiGateway.Pipeline;

/// <summary>Randomness for routing and jitter; a boundary, so that tests can seed it.</summary>
internal interface IRandomSource
{
    /// <summary>A number from 0 to <paramref name="exclusiveMaximum"/> − 1.</summary>
    long Next(long exclusiveMaximum);

    /// <summary>A number from 0 to 1, 1 excluded.</summary>
    double NextDouble();
}
