using System.Globalization;
using System.Text.Json;
using AiGateway.Configuration;
using AiGateway.Pipeline;
using AiGateway.Protocols.Chat;

namespace AiGateway.CallerApi;

/// <summary>The models that a caller may use, in OpenAI's shape (<c>id</c>, <c>object</c>, <c>created</c>, <c>owned_by</c>), with what routing and finance know as extra members.</summary>
internal sealed class ModelsEndpoint(ICostCalculator costs, TimeProvider clock)
{
    /// <summary><c>GET /v1/models</c>.</summary>
    public async Task ListAsync(HttpContext context)
    {
        // There may be hundreds, and each has its price looked up.
        await SocketThread.Leave();
        var (exchange, dialect) = (context.GetExchange(), NativeModels.DialectOf(context.Request));
        await (dialect == Dialect.OpenAIChat
            ? JsonAnswer.WriteAsync(context, (Endpoint: this, exchange), static (json, state) => state.Endpoint.WriteList(json, state.exchange))
            : JsonAnswer.WriteAsync(context, (exchange, dialect), static (json, state) => NativeModels.WriteList(json, state.exchange, state.dialect)));
    }

    /// <summary><c>GET /v1/models/{id}</c>; a name that a wildcard covers is a model too.</summary>
    public Task GetAsync(HttpContext context, string id)
    {
        var exchange = context.GetExchange();
        if (exchange.Snapshot.Aliases.Find(id) is not { } alias || !exchange.Caller.MayUse(alias, id))
        {
            // The same answer for what is not there and what is not allowed: a list of names is not to be guessed.
            exchange.Reject(RejectionReason.UnknownModel, $"The model '{(id.Length > 100 ? id[..100] : id)}' does not exist or this key may not use it. GET /v1/models lists what it may use.", "model");
            return Task.CompletedTask;
        }
        if (NativeModels.DialectOf(context.Request) is var dialect && dialect != Dialect.OpenAIChat)
        {
            return JsonAnswer.WriteAsync(context, (exchange, id, dialect), static (json, state) => NativeModels.Write(json, state.id, state.exchange, state.dialect));
        }
        return JsonAnswer.WriteAsync(context, (Endpoint: this, alias, id, exchange.Snapshot), static (json, state) => state.Endpoint.Write(json, state.alias, state.id, state.Snapshot));
    }

    private void WriteList(Utf8JsonWriter json, Exchange exchange)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        foreach (var alias in exchange.Snapshot.Aliases.All)
        {
            if (exchange.Caller.MayUse(alias, alias.Name))
            {
                Write(json, alias, alias.Name, exchange.Snapshot);
            }
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private void Write(Utf8JsonWriter json, AliasModel alias, string name, Snapshot snapshot)
    {
        // The last rule is the most general. One whose providers are all off has no groups, but an alias that is on has a rule with some.
        var deployment = Array.FindLast(alias.Rules, static rule => rule.Groups.Length > 0)!.Groups[0].Members[0].Deployment;
        var upstreamModel = deployment.UpstreamModel ?? (alias.IsWildcard && name.Length > alias.PrefixLength ? name[alias.PrefixLength..] : name);
        var facts = costs.FactsOf(snapshot, deployment, upstreamModel, clock.GetUtcNow());
        json.WriteStartObject();
        json.WriteString("id"u8, name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, snapshot.LoadedAt.ToUnixTimeSeconds());
        json.WriteString("owned_by"u8, deployment.Provider.Id);
        if (alias.Description is { } description)
        {
            json.WriteString("description"u8, description);
        }
        if ((deployment.ContextWindow ?? facts?.ContextWindow) is { } window)
        {
            json.WriteNumber("context_window"u8, window);
        }
        if (facts?.MaxOutputTokens is { } maximum)
        {
            json.WriteNumber("max_output_tokens"u8, maximum);
        }
        if (deployment.CapabilitiesOf(upstreamModel) is { } supports)
        {
            json.WriteStartArray("supports"u8);
            foreach (var word in ModelCapabilities.NamesOf(supports))
            {
                json.WriteStringValue(word);
            }
            json.WriteEndArray();
        }
        if (facts?.Mode is { } mode)
        {
            json.WriteString("mode"u8, mode);
        }
        if (facts?.InputPrice is not null || facts?.OutputPrice is not null)
        {
            // Decimal strings, USD per million tokens, as in the price list.
            json.WriteStartObject("pricing"u8);
            WritePrice(json, "input"u8, facts.InputPrice);
            WritePrice(json, "output"u8, facts.OutputPrice);
            WritePrice(json, "cached_input"u8, facts.CachedInputPrice);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }

    private static void WritePrice(Utf8JsonWriter json, ReadOnlySpan<byte> name, decimal? price)
    {
        if (price is { } value)
        {
            json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));
        }
    }
}
