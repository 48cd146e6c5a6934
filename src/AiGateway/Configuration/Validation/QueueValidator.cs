using AiGateway.Configuration.Yaml;

namespace AiGateway.Configuration.Validation;

/// <summary>Queues of limits: only where a request can wait for what it is refused.</summary>
internal static class QueueValidator
{
    public static void Validate(ValidationContext context)
    {
        var limits = context.Config.Limits;
        for (var i = 0; i < limits.Count; i++)
        {
            var limit = limits[i];
            if (limit.Queue is null || limit.On is null || !LimitModelBuilder.TryParseSubject(limit.On, out var subject, out _))
            {
                continue;
            }
            var path = ConfigPath.Of("limits")[i]["queue"];
            var id = LimitModelBuilder.IdOf(limit);
            if (subject is LimitSubject.Deployment or LimitSubject.Provider)
            {
                context.Error(path, $"Nobody waits for the limit '{id}': what a {limit.On} has no room for goes to the next deployment. Put the queue on a limit of the alias (on: alias), or remove it.");
            }
            else if (limit.Shadow)
            {
                context.Error(path, $"The limit '{id}' is in shadow and refuses nothing, so nobody would wait for it. Remove 'queue' or 'shadow'.");
            }
        }
    }
}
