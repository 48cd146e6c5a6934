using AiGateway.Configuration;
using AiGateway.Protocols.Chat;

namespace AiGateway.Pipeline;

/// <summary>The refusals of a <c>previous_response_id</c>.</summary>
internal static class PreviousResponses
{
    private const string Param = "previous_response_id";

    /// <summary>An id that is not ours, not this tenant's, deleted or too old.</summary>
    public static Rejection NotFound(string id) =>
        new(RejectionReason.UnknownObject, $"Previous response with id '{id}' not found.", Param) { Status = StatusCodes.Status400BadRequest, Code = "previous_response_not_found" };

    /// <summary>Nobody keeps responses of this model.</summary>
    public static Rejection NotKept(string model) => new(
        RejectionReason.MalformedRequest,
        $"The provider of '{model}' keeps no responses, and this gateway is not configured to keep them (host.store_responses). Leave previous_response_id out and send the whole conversation in 'input': earlier messages, and the output items of earlier answers.",
        Param)
    { Code = "unsupported_parameter" };

    /// <summary>A part of the conversation is gone, or there is too much of it.</summary>
    public static Rejection Unusable(string why) =>
        new(RejectionReason.MalformedRequest, $"{why} Leave previous_response_id out and send what matters of the conversation in 'input'.", Param) { Code = "previous_response_unusable" };

    /// <summary>Whether no deployment behind an alias that this caller may use keeps responses by itself.</summary>
    public static bool NobodyKeeps(Exchange exchange, string model)
    {
        if (exchange.Snapshot.Aliases.Find(model) is not { } alias || !exchange.Caller.MayUse(alias, model))
        {
            return false;
        }
        foreach (var rule in alias.Rules)
        {
            foreach (var group in rule.Groups)
            {
                foreach (var member in group.Members)
                {
                    if (KeepsItself(member.Deployment))
                    {
                        return false;
                    }
                }
            }
        }
        return true;
    }

    /// <summary>Whether the provider speaks Responses itself, and so keeps its responses itself.</summary>
    public static bool KeepsItself(DeploymentModel deployment) => Array.IndexOf(deployment.DialectsOf(deployment.UpstreamModel ?? ""), Dialect.OpenAIResponses) >= 0;
}
