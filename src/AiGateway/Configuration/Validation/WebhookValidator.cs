using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Webhooks: an address and a secret; and budgets that name those there are. Secrets themselves are looked at where they are resolved.</summary>
internal static class WebhookValidator
{
    public static void Validate(ValidationContext context)
    {
        var webhooks = context.Config.Webhooks;
        foreach (var (id, webhook) in webhooks)
        {
            var path = ConfigPath.Of("webhooks", id);
            if (webhook.Url is null ? !context.IsWritten(path["url"]) : ProblemOf(webhook.Url) is not null)
            {
                context.Error(webhook.Url is null ? path : path["url"], webhook.Url is null
                    ? $"The webhook '{id}' needs a 'url' that notices are sent to."
                    : $"The address of webhook '{id}' is '{context.Raw(path["url"], webhook.Url)}'. {ProblemOf(webhook.Url)}");
            }
            if (webhook.Secret is null && !context.IsWritten(path["secret"]))
            {
                context.Error(path, $"The webhook '{id}' needs a 'secret' that notices are signed with, such as env:WEBHOOK_SECRET. Make one with: echo whsec_$(openssl rand -base64 32)");
            }
        }
        var budgets = context.Config.Budgets;
        for (var i = 0; i < budgets.Count; i++)
        {
            for (var j = 0; j < budgets[i].Notify.Count; j++)
            {
                if (budgets[i].Notify[j] is var name && !webhooks.ContainsKey(name))
                {
                    context.Error(ConfigPath.Of("budgets")[i]["notify"][j], $"The budget names the webhook '{name}', which is not defined under 'webhooks'.{Suggestion.For(name, webhooks.Keys)}");
                }
            }
        }
    }

    private static string? ProblemOf(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.Host.Length == 0)
        {
            return "It must be an absolute URL that begins with http:// or https://.";
        }
        return uri.UserInfo.Length > 0 ? "It must not hold a user name or password: the signature says who sends." : null;
    }
}
