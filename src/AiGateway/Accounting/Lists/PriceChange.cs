using System.Globalization;

namespace AiGateway.Accounting.Lists;

/// <summary>A price that is to hold from an instant.</summary>
/// <param name="Provider">The provider in the list.</param>
/// <param name="Model">The model's name or one of its aliases.</param>
/// <param name="Tier">The price set: <c>standard</c>, <c>batch</c>, ….</param>
/// <param name="From">The first instant.</param>
/// <param name="Figures">Members of the price set, as the list names them, and USD.</param>
internal sealed record PriceChange(string Provider, string Model, string Tier, DateTimeOffset From, IReadOnlyList<KeyValuePair<string, decimal>> Figures)
{
    /// <summary>The set that every period has.</summary>
    public const string Standard = "standard";

    /// <summary>The price set as JSON.</summary>
    public string Set() => "{" + string.Join(',', Figures.Select(static figure => $"\"{figure.Key}\":\"{Pipeline.UsdText.Format(figure.Value)}\"")) + "}";

    /// <summary>The period with this set alone, as JSON.</summary>
    public string Period()
    {
        var format = From.UtcDateTime.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd'T'HH:mm:ss'Z'";
        return $"{{\"from\":\"{From.UtcDateTime.ToString(format, CultureInfo.InvariantCulture)}\",\"{Tier}\":{Set()}}}";
    }
}
