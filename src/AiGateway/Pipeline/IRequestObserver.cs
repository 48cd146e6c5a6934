namespace AiGateway.Pipeline;

/// <summary>Sees every record once, when its exchange has settled. Called on the request's own thread: must be quick and must not throw.</summary>
internal interface IRequestObserver
{
    /// <summary>An exchange has settled.</summary>
    void OnSettled(RequestRecord record);
}
