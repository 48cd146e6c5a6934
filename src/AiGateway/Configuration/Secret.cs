namespace AiGateway.Configuration;

/// <summary>A resolved secret. Prints <c>***</c>; <see cref="Reveal"/> is called only where the value goes onto the wire.</summary>
internal sealed class Secret(string value) : IEquatable<Secret>
{
    private readonly string _value = value;

    /// <summary>The value itself.</summary>
    public string Reveal() => _value;

    /// <summary>Whether the values are the same: settings are compared at each reload.</summary>
    public bool Equals(Secret? other) => other is not null && string.Equals(_value, other._value, StringComparison.Ordinal);

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as Secret);

    /// <inheritdoc />
    public override int GetHashCode() => string.GetHashCode(_value, StringComparison.Ordinal);

    /// <summary>Always <c>***</c>.</summary>
    public override string ToString() => "***";
}
