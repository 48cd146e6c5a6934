using AiGateway.Protocols.Chat;

namespace AiGateway.Configuration.Yaml;

/// <summary>The sections about upstreams and routing.</summary>
internal static partial class FileTable
{
    /// <summary>The keys of a rule's conditions.</summary>
    public static IEnumerable<string> ConditionKeys => Conditions().Keys;

    private static RecordShape<ProviderConfig> Provider(RecordShape<TimeoutsConfig> timeouts) => new RecordShape<ProviderConfig>("provider")
        .With("kind", "Which preset gives base URL, auth header and quirks. Default: the provider's id.", Scalars.Word(ProviderPresets.Kinds), (section, value) => section with { Kind = value })
        .With("base_url", "Base URL up to where the dialect's paths begin, for example https://api.openai.com/v1. Default: the preset's.", Scalars.Text, (section, value) => section with { BaseUrl = value })
        .With("keys", "One key or a list of keys, used in rotation. Required where the preset needs one. By reference: ${NAME}, env:NAME or file:/path.", new ListShape<SecretReference>(Scalars.Secret, orSingle: true), (section, value) => section with { Keys = value })
        .With("credentials", "With what the provider is convinced: key (default), aws, google, azure or caller; or a section with that 'type' and its settings.", new ShortFormShape<string, CredentialsConfig>(Scalars.Word(CredentialsModelBuilder.Types), type => new CredentialsConfig { Type = type }, Credentials()), (section, value) => section with { Credentials = value })
        .With("optional", "When true, missing environment variables switch the provider off instead of failing the load. Default false.", Scalars.Boolean, (section, value) => section with { Optional = value })
        .With("api_version", "Azure's api-version query parameter. Default: the preset's.", Scalars.Text, (section, value) => section with { ApiVersion = value })
        .With("dialects", "Dialects of conversation it speaks, the one to translate to first. Default: the preset's.", new ListShape<string>(Scalars.Word(DialectNames.All)), (section, value) => section with { Dialects = value })
        .With("headers", "Headers added to each upstream request.", SecretMap, (section, value) => section with { Headers = value })
        .With("native_headers", "Names of further request headers that native requests (/native/PROVIDER/…) may bring along. Default none.", Texts, (section, value) => section with { NativeHeaders = value })
        .With("voices", "The provider's own names or ids for the voices that callers ask for, such as alloy. Default: as the caller says.", TextMap, (section, value) => section with { Voices = value })
        .With("prices_from", "The provider name prices are looked up under. Default: the preset's.", Scalars.Text, (section, value) => section with { PricesFrom = value })
        .With("timeouts", "Time-outs of this provider's deployments that do not say otherwise.", timeouts, (section, value) => section with { Timeouts = value })
        .With("max_connections", "Most connections to the provider. Default unlimited.", Scalars.Integer(1, 100_000), (section, value) => section with { MaxConnections = value });

    private static RecordShape<CredentialsConfig> Credentials() => new RecordShape<CredentialsConfig>("credentials")
        .With("type", "key: the provider's keys. aws: requests are signed. google, azure: an access token of the cloud. caller: the caller's own key, from x-gateway-provider-key. Required.", Scalars.Word(CredentialsModelBuilder.Types), (section, value) => section with { Type = value })
        .With("region", "AWS: the region that is signed for. Default: the one in the base URL.", Scalars.Text, (section, value) => section with { Region = value })
        .With("service", "AWS: the service that is signed for. Default bedrock.", Scalars.Text, (section, value) => section with { Service = value })
        .With("profile", "AWS: a profile of the shared configuration. Default: the SDK's chain (environment, profile, web identity, container, instance).", Scalars.Text, (section, value) => section with { Profile = value })
        .With("role_arn", "AWS: a role to assume with these credentials.", Scalars.Text, (section, value) => section with { RoleArn = value })
        .With("external_id", "AWS: the external id that the role's trust policy asks for.", Scalars.Text, (section, value) => section with { ExternalId = value })
        .With("session_name", "AWS: the role session's name, seen in CloudTrail. Default aigateway.", Scalars.Text, (section, value) => section with { SessionName = value })
        .With("file", "Google: the credentials file of a service account or of a workload identity. Default: application default credentials.", Scalars.Text, (section, value) => section with { File = value })
        .With("scope", "Google, Azure: the scope of the token. Default: that of the cloud's model services.", Scalars.Text, (section, value) => section with { Scope = value })
        .With("tenant_id", "Azure: the tenant. Default: the environment's.", Scalars.Text, (section, value) => section with { TenantId = value })
        .With("client_id", "Azure: the client id of a user-assigned managed identity or of a workload identity. Default: the environment's.", Scalars.Text, (section, value) => section with { ClientId = value });

    private static RecordShape<DeploymentConfig> Deployment(RecordShape<TimeoutsConfig> timeouts, RecordShape<BreakerConfig> breaker) => new RecordShape<DeploymentConfig>("deployment")
        .With("provider", "Id of the provider. Required.", Scalars.Text, (section, value) => section with { Provider = value })
        .With("model", "The model name sent upstream (on Azure the deployment's name). '*' takes what the alias's own '*' matched. Default: the deployment's id.", Scalars.Text, (section, value) => section with { Model = value })
        .With("price_as", "The model whose price applies, where the upstream name does not say it (Azure deployments, local servers).", Scalars.Text, (section, value) => section with { PriceAs = value })
        .With("price", "What this deployment costs by contract, before all other prices: figures that replace, or a discount or surcharge that changes them.", Price(), (section, value) => section with { Price = value })
        .With("timeouts", "Time-outs of this deployment.", timeouts, (section, value) => section with { Timeouts = value })
        .With("breaker", "Circuit breaker and cooldowns of this deployment.", breaker, (section, value) => section with { Breaker = value })
        .With("context_window", "Context window in tokens, shown in /v1/models. Default: from the price list, where known.", Scalars.Integer(1, 1_000_000_000), (section, value) => section with { ContextWindow = value })
        .With("supports", "What the model takes beside text. Default: what the gateway's table of capabilities knows of it; a model that nobody knows is kept from nothing.", new ListShape<string>(Scalars.Word(ModelCapabilities.Names)), (section, value) => section with { Supports = value })
        .With("dialects", "Dialects of conversation its model speaks, the one to translate to first. Default: what the provider's model of that name speaks.", new ListShape<string>(Scalars.Word(DialectNames.All)), (section, value) => section with { Dialects = value })
        .With("operations", "Operations this deployment serves. Default: all of its provider.", new ListShape<string>(Scalars.Word(OperationNames.All)), (section, value) => section with { Operations = value });

    private static RecordShape<AliasConfig> Alias(RecordShape<RetriesConfig> retries)
    {
        var groups = new ListShape<GroupConfig>(Group());
        var holdBack = new RecordShape<HoldBackConfig>("hold_back")
            .With("events", "Content events that must have come before commit. Default 1.", Scalars.Integer(1, 100), (section, value) => section with { Events = value })
            .With("for", "Longest time events are held, counted from the first. Default 1s.", Scalars.Duration(Zero, TimeSpan.FromSeconds(30)), (section, value) => section with { For = value });
        return new RecordShape<AliasConfig>("alias")
            .With("groups", "Groups without conditions, in order of preference: the short form of one rule.", groups, (section, value) => section with { Groups = value })
            .With("rules", "Rules in order; the first whose conditions hold gives the groups. A last rule without conditions is the default.", new ListShape<RuleConfig>(Rule(groups)), (section, value) => section with { Rules = value })
            .With("context_window_fallback", "Deployments to try when a provider says the prompt exceeds its context window.", Texts, (section, value) => section with { ContextWindowFallback = value })
            .With("content_policy_fallback", "Deployments to try when a provider refuses by its content policy.", Texts, (section, value) => section with { ContentPolicyFallback = value })
            .With("retries", "Retries of this alias.", retries, (section, value) => section with { Retries = value })
            .With("hold_back", "How much of a stream is held back, so that an early death fails over unseen.", holdBack, (section, value) => section with { HoldBack = value })
            .With("keep_alive", "Interval of keep-alive comments while a stream waits for its first event; fixes the status 200 early. Default off.", Scalars.Duration(HalfSecond, Hour), (section, value) => section with { KeepAlive = value })
            .With("drop_unsupported", "Whether members that a provider's dialect cannot say are left out and named in x-gateway-dropped (true, the default), or the request is refused.", Scalars.Boolean, (section, value) => section with { DropUnsupported = value })
            .With("max_choices", "Most answers to one request (n) where each is a call of its own, because the provider gives one. Default 8.", Scalars.Integer(1, 128), (section, value) => section with { MaxChoices = value })
            .With("unknown_price", "What becomes of a request to this alias whose price nobody knows: allow, reject or estimate. Default: the file's.", Scalars.Word(UnknownPriceNames.All), (section, value) => section with { UnknownPrice = value })
            .With("unknown_price_as", "With estimate: the model of the price list whose price stands in, as provider/model. Default: the file's.", Scalars.Text, (section, value) => section with { UnknownPriceAs = value })
            .With("cache", "How its answers are cached: off, exact, or a section. Default off.", Cache(), (section, value) => section with { Cache = value })
            .With("description", "Shown in /v1/models.", Scalars.Text, (section, value) => section with { Description = value });
    }

    private static RecordShape<GroupConfig> Group()
    {
        var member = new RecordShape<MemberConfig>("member")
            .With("deployment", "Id of the deployment. Required.", Scalars.Text, (section, value) => section with { Deployment = value })
            .With("weight", "Share of traffic relative to the group's other members. Default 1. 0 takes no traffic while another member can.", Scalars.Integer(0, 1_000_000), (section, value) => section with { Weight = value });
        return new RecordShape<GroupConfig>("group")
            .With("strategy", "How the first deployment is chosen. Default weighted.", Scalars.Word(GroupStrategyNames.All), (section, value) => section with { Strategy = value })
            .With("deployments", "Members: an id, or {deployment: id, weight: 3}.", new ListShape<MemberConfig>(new ShortFormShape<string, MemberConfig>(Scalars.Text, id => new MemberConfig { Deployment = id }, member)), (section, value) => section with { Deployments = value });
    }

    private static RecordShape<RuleConfig> Rule(ListShape<GroupConfig> groups) => new RecordShape<RuleConfig>("rule")
        .With("name", "Name, shown by explain. Default 'rule N'.", Scalars.Text, (section, value) => section with { Name = value })
        .With("when", "Conditions; all that are set must hold.", Conditions(), (section, value) => section with { When = value })
        .With("groups", "Groups in order of preference.", groups, (section, value) => section with { Groups = value });

    private static RecordShape<ConditionsConfig> Conditions()
    {
        var size = Scalars.Size(0, 1L << 40);
        var tokens = Scalars.Long(0, 1_000_000_000);
        var percent = new RecordShape<PercentConfig>("percent")
            .With("of", "0 to 100, fractions allowed. Required.", Scalars.Percent, (section, value) => section with { Of = value })
            .With("by", "What is hashed: key (default), user, team, project, or header:NAME.", Scalars.Text, (section, value) => section with { By = value })
            .With("seed", "Mixed into the hash, so that two rules choose independently. Default: the alias's name.", Scalars.Text, (section, value) => section with { Seed = value });
        return new RecordShape<ConditionsConfig>("conditions")
            .With("headers", "Request headers and their required values; '*' means present.", TextMap, (section, value) => section with { Headers = value })
            .With("tags", "Tags (of the caller, from x-gateway-tags, or string members of metadata) and their required values.", TextMap, (section, value) => section with { Tags = value })
            .With("teams", "Teams, any of which the caller must belong to.", Texts, (section, value) => section with { Teams = value })
            .With("min_body_bytes", "Smallest body.", size, (section, value) => section with { MinBodyBytes = value })
            .With("max_body_bytes", "Largest body.", size, (section, value) => section with { MaxBodyBytes = value })
            .With("min_input_tokens", "Fewest estimated input tokens.", tokens, (section, value) => section with { MinInputTokens = value })
            .With("max_input_tokens", "Most estimated input tokens.", tokens, (section, value) => section with { MaxInputTokens = value })
            .With("tools", "Whether tools are offered.", Scalars.Boolean, (section, value) => section with { Tools = value })
            .With("images", "Whether an image is in the input.", Scalars.Boolean, (section, value) => section with { Images = value })
            .With("json_schema", "Whether a JSON schema is asked for.", Scalars.Boolean, (section, value) => section with { JsonSchema = value })
            .With("percent", "A stable share: the same key always falls on the same side.", percent, (section, value) => section with { Percent = value });
    }
}
