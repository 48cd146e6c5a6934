namespace AiGateway.Pipeline;

/// <summary>The process's own generator.</summary>
internal sealed class SharedRandomSource : IRandomSource
{
#pragma warning disable RS0030 // The one place the rule points to.
    public long Next(long exclusiveMaximum) => Random.Shared.NextInt64(exclusiveMaximum);

    public double NextDouble() => Random.Shared.NextDouble();
#pragma warning restore RS0030
}
