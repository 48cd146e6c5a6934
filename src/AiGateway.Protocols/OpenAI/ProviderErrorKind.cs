namespace AiGateway.Protocols.OpenAI;

/// <summary>What an error of a provider means for the request, as far as its status, codes and words tell.</summary>
public enum ProviderErrorKind
{
    /// <summary>Nothing known.</summary>
    Other,

    /// <summary>The request is wrong; any other provider would refuse it as well.</summary>
    InvalidRequest,

    /// <summary>The input does not fit into the model's context; a model with a larger one may answer.</summary>
    ContextWindow,

    /// <summary>The provider's content policy forbids the request or the answer.</summary>
    ContentPolicy,

    /// <summary>The provider has no such model, or not for this account.</summary>
    ModelNotFound,

    /// <summary>Azure has no such deployment.</summary>
    DeploymentNotFound,

    /// <summary>Our credential is wrong.</summary>
    InvalidKey,

    /// <summary>Our account may not do this.</summary>
    PermissionDenied,

    /// <summary>Our account has no money or quota left; waiting seconds does not help.</summary>
    QuotaExhausted,

    /// <summary>Too many requests or tokens for now.</summary>
    RateLimited,

    /// <summary>The provider lacks capacity for now.</summary>
    Overloaded,

    /// <summary>The provider failed.</summary>
    ServerError,
}
