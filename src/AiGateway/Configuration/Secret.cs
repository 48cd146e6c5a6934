namespace AiGateway.Configuration;

/// <summary>A resolved secret. Prints <c>***</c>; <see cref="Reveal"/> is called only where the value goes onto the wire.</summary>
internal sealed class Secret(string value)
{
    private readonly string _value = value;

    /// <summary>The value itself.</summary>
    public string Reveal() => _value;

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => "***";
}
