using System.Diagnostics.CodeAnalysis;

namespace AiGateway.Configuration;

/// <summary>The form, or the dialects, that a provider's models speak whose name has <paramref name="Part"/> in it.</summary>
/// <param name="Part">A part of the model's name; empty for every model.</param>
/// <param name="Form">The form.</param>
internal readonly record struct FormOfModel<T>(string Part, T Form)
{
    /// <summary>The first entry that fits a model.</summary>
    /// <param name="forms">A preset's forms.</param>
    /// <param name="model">The provider's name of the model.</param>
    /// <param name="form">Receives the form.</param>
    public static bool TryFind(FormOfModel<T>[] forms, string model, [MaybeNullWhen(false)] out T form)
    {
        foreach (var entry in forms)
        {
            if (model.Contains(entry.Part, StringComparison.OrdinalIgnoreCase))
            {
                form = entry.Form;
                return true;
            }
        }
        form = default;
        return false;
    }
}
