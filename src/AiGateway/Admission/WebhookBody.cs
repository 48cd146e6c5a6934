using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AiGateway.Configuration;
using AiGateway.Pipeline;

namespace AiGateway.Admission;

/// <summary>Writes what webhooks are told; docs/features/limits-and-budgets.md shows it.</summary>
internal static class WebhookBody
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The id of a message: who is told twice, by two nodes or after a lost answer, can tell.</summary>
    public static string IdOf(WebhookMark mark, DateTimeOffset ends)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{mark.Budget}\0{mark.Subject}\0{mark.What}\0{ends.UtcTicks}");
        return "evt_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
    }

    /// <summary>The message.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="kind">What it is about.</param>
    /// <param name="share">The share of <c>warn_at</c>; null for other kinds.</param>
    /// <param name="standing">How the budget stands.</param>
    /// <param name="renews">When its calendar period is over; null for one that rolls.</param>
    /// <param name="now">The time.</param>
    public static byte[] Write(string id, NoticeKind kind, decimal? share, in BudgetStanding standing, DateTimeOffset? renews, DateTimeOffset now)
    {
        var (limit, amount) = (standing.Limit, standing.Limit.Rates[0].Amount);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, id);
            writer.WriteString("type"u8, "budget." + WebhookModelBuilder.KindWords[(int)kind]);
            writer.WriteString("timestamp"u8, Time(now));
            writer.WriteStartObject("data"u8);
            writer.WriteString("budget"u8, limit.Id);
            writer.WriteStartObject("subject"u8);
            writer.WriteString("on"u8, LimitModelBuilder.WordOf(limit));
            writer.WriteString("name"u8, NameOf(limit, standing.Subject));
            writer.WriteEndObject();
            if (share is { } threshold)
            {
                writer.WriteNumber("threshold"u8, threshold);
            }
            writer.WriteString("amount_usd"u8, Usd(amount));
            writer.WriteString("used_usd"u8, Usd(standing.Used));
            writer.WriteString("reserved_usd"u8, Usd(standing.Held));
            writer.WriteNumber("share"u8, decimal.Round(standing.Used / (decimal)amount, 4));
            writer.WriteString("period"u8, limit.Budget!.Per);
            if (renews is { } at)
            {
                writer.WriteString("renews_at"u8, Time(at));
            }
            if (limit.Shadow)
            {
                writer.WriteBoolean("shadow"u8, true);
            }
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return stream.ToArray();
    }

    /// <summary>A subject as people name it: with what it is one within, where its name alone is not enough.</summary>
    public static string NameOf(LimitModel limit, string subject) => limit.Match is null && limit.Subject is LimitSubject.User or LimitSubject.Project or LimitSubject.Team
        ? subject.Replace('\n', '/').TrimStart('/') : subject;

    private static string Usd(long nano) => UsdText.Format(nano / LimitModelBuilder.NanoUsd);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
