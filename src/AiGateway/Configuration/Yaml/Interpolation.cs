using System.Text;

namespace AiGateway.Configuration.Yaml;

/// <summary>Replaces <c>${NAME}</c> and <c>${NAME:-default}</c> in a value. <c>$${</c> stands for <c>${</c> itself.</summary>
/// <remarks>One pass: what a variable holds is not looked at again. An empty variable counts as not set, as in a shell's <c>:-</c>, because compose files pass unset ones on as empty.</remarks>
internal static class Interpolation
{
    /// <summary>Whether <paramref name="text"/> refers to the environment.</summary>
    public static bool HasReference(string text) => text.Contains("${", StringComparison.Ordinal);

    /// <summary>The text with its references replaced; null when one is missing (added to <paramref name="missing"/>) or malformed (<paramref name="problem"/>).</summary>
    public static string? Resolve(string text, Func<string, string?> environment, ICollection<string> missing, out string? problem)
    {
        problem = null;
        if (!HasReference(text))
        {
            return text;
        }
        var result = new StringBuilder(text.Length);
        var complete = true;
        var position = 0;
        while (position < text.Length)
        {
            if (text.AsSpan(position).StartsWith("$${"))
            {
                result.Append("${");
                position += 3;
                continue;
            }
            if (!text.AsSpan(position).StartsWith("${"))
            {
                result.Append(text[position++]);
                continue;
            }
            var end = text.IndexOf('}', position);
            if (end < 0)
            {
                problem = "'${' has no closing '}'. Write ${NAME}, or $${ for the characters themselves.";
                return null;
            }
            var reference = text[(position + 2)..end];
            var separator = reference.IndexOf(":-", StringComparison.Ordinal);
            var name = separator < 0 ? reference : reference[..separator];
            if (!IsName(name))
            {
                problem = $"'${{{name}}}' does not name an environment variable. Write ${{NAME}} with letters, digits and _, or $${{ for the characters themselves.";
                return null;
            }
            var value = environment(name);
            if (!string.IsNullOrEmpty(value))
            {
                result.Append(value);
            }
            else if (separator >= 0)
            {
                result.Append(reference, separator + 2, reference.Length - separator - 2);
            }
            else
            {
                missing.Add(name);
                complete = false;
            }
            position = end + 1;
        }
        return complete ? result.ToString() : null;
    }

    /// <summary>Whether <paramref name="name"/> can name an environment variable.</summary>
    public static bool IsName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(character => char.IsAsciiLetterOrDigit(character) || character == '_');
}
