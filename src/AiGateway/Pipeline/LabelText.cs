using System.Text;

namespace AiGateway.Pipeline;

/// <summary>The tags of a request that sums are kept by, as one text: <c>application=chat;environment=prod</c>, by name; <c>%</c>, <c>;</c> and <c>=</c> in values as in URLs.</summary>
internal static class LabelText
{
    /// <summary>Adds a tag to a text that has those before it by name.</summary>
    public static void Append(StringBuilder text, string name, string value)
    {
        text.Append(text.Length == 0 ? "" : ";").Append(name).Append('=');
        foreach (var c in value)
        {
            switch (c)
            {
                case '%':
                    text.Append("%25");
                    break;
                case ';':
                    text.Append("%3B");
                    break;
                case '=':
                    text.Append("%3D");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }
    }

    /// <summary>The value of a tag; empty where the text has none.</summary>
    public static string ValueOf(string labels, string name)
    {
        foreach (var range in labels.AsSpan().Split(';'))
        {
            var label = labels.AsSpan(range);
            if (label.Length > name.Length && label[name.Length] == '=' && label.StartsWith(name, StringComparison.Ordinal))
            {
                return Uri.UnescapeDataString(label[(name.Length + 1)..]);
            }
        }
        return "";
    }
}
