namespace AiGateway.Configuration.Validation;

/// <summary>Runs every validator; each collects all it finds.</summary>
internal static class ConfigValidator
{
    public static void Validate(ValidationContext context)
    {
        HostValidator.Validate(context);
        ProviderValidator.Validate(context);
        DeploymentValidator.Validate(context);
        AliasValidator.Validate(context);
        RuleValidator.Validate(context);
        CallerValidator.Validate(context);
        NumbersValidator.Validate(context);
        CacheValidator.Validate(context);
        SemanticCacheValidator.Validate(context);
        LimitsValidator.Validate(context);
        QueueValidator.Validate(context);
        WebhookValidator.Validate(context);
        FilesValidator.Validate(context);
        CorsValidator.Validate(context);
        PriceValidator.Validate(context);
        CurrencyValidator.Validate(context);
        TagsValidator.Validate(context);
    }
}
