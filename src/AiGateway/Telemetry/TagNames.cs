namespace AiGateway.Telemetry;

/// <summary>Tags of metrics and spans: OpenTelemetry's names v1.41 where the GenAI conventions have one, ours otherwise.</summary>
internal static class TagNames
{
    public const string OperationName = "gen_ai.operation.name";
    public const string ProviderName = "gen_ai.provider.name";
    public const string RequestModel = "gen_ai.request.model";
    public const string ResponseModel = "gen_ai.response.model";
    public const string TokenType = "gen_ai.token.type";
    public const string ErrorType = "error.type";

    public const string Alias = "alias";
    public const string Team = "team";
    public const string Provider = "provider";
    public const string Deployment = "deployment";
    public const string Model = "model";
    public const string Operation = "operation";
    public const string StatusClass = "status_class";
    public const string Outcome = "outcome";
    public const string Kind = "kind";
    public const string Action = "action";
    public const string By = "by";
    public const string End = "end";
    public const string Result = "result";
    public const string Version = "version";
    public const string Runtime = "runtime";
    public const string Metric = "metric";
    public const string Limit = "limit";
    public const string Measure = "measure";
    public const string Policy = "policy";
    public const string Call = "call";
    public const string Priority = "priority";
    public const string Budget = "budget";
    public const string Subject = "subject";
    public const string Webhook = "webhook";
    public const string Level = "level";
}
