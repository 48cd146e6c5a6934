using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols;
using AiGateway.Protocols.Chat;

namespace AiGateway.Routing;

/// <summary>Resolves the alias a caller asked for into the ordered deployments of this request.</summary>
/// <remarks>Reads the pinned snapshot only: a reload in the middle of a request changes nothing for it.</remarks>
internal sealed class RoutingMiddleware(RequestDelegate next, PlanBuilder plans)
{
    public Task InvokeAsync(HttpContext context)
    {
        var exchange = context.GetExchange();
        var request = exchange.Request!;
        exchange.Plan = request.Operation switch
        {
            Operation.StoredResponse => PlanForStoredObject(exchange, request.StoredObject!),
            Operation.Native => PlanForNative(exchange, request.Native!),
            Operation.Files or Operation.Batches or Operation.MessageBatches or Operation.MessageFiles when request.StoredObject is { } stored => PlanForStoredObject(exchange, stored),
            _ => PlanForAlias(exchange, request, context.Request.Headers),
        };
        return exchange.Plan is not null ? next(context) : exchange.Rejection is not null ? Task.CompletedTask : RejectUnknownAsync(exchange, request.Model);
    }

    private static async Task RejectUnknownAsync(Exchange exchange, string model)
    {
        // Every alias is compared with the name.
        await SocketThread.Leave();
        exchange.Reject(RejectionReason.UnknownModel, NearMatches.MessageFor(model, exchange), "model");
    }

    /// <summary>The plan; null without a rejection for a name that is no alias's.</summary>
    private Plan? PlanForAlias(Exchange exchange, GatewayRequest request, IHeaderDictionary headers)
    {
        var alias = exchange.Snapshot.Aliases.Find(request.Model);
        if (alias is null)
        {
            return null;
        }
        // What the routing file has an alias work with is no choice of the caller's.
        if (exchange.OwnCall is null && !exchange.Caller.MayUse(alias, request.Model))
        {
            // 403 and not 404: "ask for access" and "mend the spelling" are different ways out.
            exchange.Reject(RejectionReason.ModelNotAllowed, $"This key may not use the model '{request.Model}'. GET /v1/models lists what it may use; ask the platform team for access.", "model");
            return null;
        }
        var plan = plans.Build(alias, new RoutingInput(exchange.Caller, headers, request, exchange.Snapshot, request.Model), trace: null);
        if (plan is null)
        {
            exchange.Reject(RejectionReason.OperationNotSupported, $"The model '{request.Model}' has no deployment for this kind of request{(Needs.Of(request) is var needs and not Capabilities.None ? " with " + Needs.InWords(needs) : "")}.", "model");
            return null;
        }
        plan = request.StoredObject is { } previous ? PinTo(previous, plan, exchange) : plan;
        plan = plan is not null && request.Files.Count > 0 ? KeepToFiles(plan, exchange) : plan;
        return plan is not null && alias.UnknownPrice == UnknownPrice.Reject ? KeepPriced(plan, request, exchange) : plan;
    }

    private Plan? KeepPriced(Plan plan, GatewayRequest request, Exchange exchange)
    {
        var priced = plans.KeepPriced(plan, exchange.Snapshot, trace: null);
        if (priced is null)
        {
            exchange.Reject(
                RejectionReason.UnpricedModel,
                $"The price of the model '{request.Model}' is not known, and this gateway refuses what it cannot price. The platform team can give it one in the routing file: under 'prices', as the deployment's 'price' or 'price_as', or allow it with 'unknown_price: allow' or 'estimate'.",
                "model");
        }
        return priced;
    }

    /// <summary>A conversation that names files goes to the provider that has them.</summary>
    private static Plan? KeepToFiles(Plan plan, Exchange exchange)
    {
        var keeping = plan.Deployments;
        foreach (var (_, file) in exchange.Request!.Files)
        {
            var provider = exchange.Snapshot.Deployments.GetValueOrDefault(file.DeploymentId)?.Provider;
            keeping = Array.FindAll(keeping, deployment => ReferenceEquals(deployment.Provider, provider));
        }
        if (keeping.Length == 0)
        {
            exchange.Reject(RejectionReason.MalformedRequest, $"A file that the request names is not with a provider of the model '{exchange.Request.Model}'. Upload it with this model's name in the field 'model'.", "file_id");
            return null;
        }
        return plan with { Deployments = keeping, IsPinned = true };
    }

    /// <summary>A conversation that builds on a stored response goes to where that response lives.</summary>
    private static Plan? PinTo(StoredObject previous, Plan plan, Exchange exchange)
    {
        if (previous.IsAtGateway)
        {
            return KeepToTranslated(plan, exchange);
        }
        foreach (var rule in plan.Alias.Rules)
        {
            foreach (var group in rule.Groups)
            {
                foreach (var member in group.Members)
                {
                    if (member.Deployment.Id == previous.DeploymentId)
                    {
                        return plan with { Deployments = [member.Deployment], IsPinned = true };
                    }
                }
            }
        }
        exchange.Reject(MadeByAnotherModel(exchange));
        return null;
    }

    /// <summary>A conversation that the gateway keeps can go on at any deployment that is translated for; a provider that keeps its own does not know it.</summary>
    private static Plan? KeepToTranslated(Plan plan, Exchange exchange)
    {
        var translated = Array.FindAll(plan.Deployments, static deployment => !PreviousResponses.KeepsItself(deployment));
        if (translated.Length == 0)
        {
            exchange.Reject(MadeByAnotherModel(exchange));
            return null;
        }
        return plan with { Deployments = translated, IsPinned = true };
    }

    private static Rejection MadeByAnotherModel(Exchange exchange) => new(
        RejectionReason.MalformedRequest,
        $"The response that previous_response_id names was made by another model than '{exchange.Request!.Model}'. Ask for the same model, or send the conversation whole.",
        "previous_response_id");

    private static Plan? PlanForStoredObject(Exchange exchange, StoredObject stored)
    {
        if (!exchange.Snapshot.Deployments.TryGetValue(stored.DeploymentId, out var deployment))
        {
            exchange.Reject(RejectionReason.UnknownObject, $"The deployment that {(exchange.Request!.Objects is null ? "made this response" : "has this object")} is no longer configured.");
            return null;
        }
        if (exchange.Request!.Objects is not { Action: ObjectAction.Create })
        {
            return new Plan { Alias = StoredObjects, Deployments = [deployment] };
        }
        // What the batch will cost is its alias's to limit. One that was begun twice would be paid for twice, and its file is nowhere else.
        var alias = exchange.Snapshot.Aliases.Find(exchange.Request.Model)!;
        return new Plan
        {
            Alias = alias,
            Deployments = [deployment],
            WildcardMatch = alias.IsWildcard ? exchange.Request.Model[alias.PrefixLength..] : "",
            RetriesUnsentOnly = true,
            IsPinned = true,
        };
    }

    private static Plan? PlanForNative(Exchange exchange, NativeTarget target)
    {
        // Said before the look-up: who may not use a provider is not told whether there is one.
        if (!exchange.Caller.MayUseNative(target.ProviderId))
        {
            exchange.Reject(new Rejection(RejectionReason.ModelNotAllowed, $"This key may not use the own API of the provider '{target.ProviderId}'. Ask the platform team for access.") { Code = "native_not_allowed" });
            return null;
        }
        if (!exchange.Snapshot.Native.TryGetValue(target.ProviderId, out var deployment))
        {
            exchange.Reject(RejectionReason.UnknownObject, $"No provider '{target.ProviderId}' is configured and switched on.");
            return null;
        }
        return new Plan { Alias = NativeRequests, Deployments = [deployment], WildcardMatch = target.Model, RetriesUnsentOnly = true };
    }

    // A stored object lives in one place: one deployment, asked again once when it stumbles.
    private static readonly AliasModel StoredObjects = OneDeployment("_stored");

    private static readonly AliasModel NativeRequests = OneDeployment("_native");

    private static AliasModel OneDeployment(string name) => new()
    {
        Name = name,
        Rules = [],
        ContextWindowFallback = [],
        ContentPolicyFallback = [],
        Retries = new RetriesModel(MaxAttempts: 2, MaxPerDeployment: 2, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2)),
        HoldBack = new HoldBackModel(1, TimeSpan.FromSeconds(1)),
    };
}
