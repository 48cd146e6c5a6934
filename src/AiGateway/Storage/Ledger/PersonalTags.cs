using System.Text.Json;

namespace AiGateway.Storage.Ledger;

/// <summary>Looks into sets of tags.</summary>
internal static class PersonalTags
{
    /// <summary>Whether a set of tags, a JSON object, has a value.</summary>
    /// <exception cref="InvalidDataException">It is no such object.</exception>
    public static bool Hold(string tags, string value)
    {
        try
        {
            using var json = JsonDocument.Parse(tags);
            return json.RootElement.EnumerateObject().Any(tag => tag.Value.ValueEquals(value));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new InvalidDataException("The ledger holds tags that are no JSON object.", e);
        }
    }
}
