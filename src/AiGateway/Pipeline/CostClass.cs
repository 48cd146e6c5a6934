namespace AiGateway.Pipeline;

/// <summary>Names of what is charged at a price of its own: in the ledger's rows and in exports. A closed set.</summary>
internal static class CostClass
{
    public const string Input = "input";
    public const string AudioInput = "audio_input";
    public const string ImageInput = "image_input";
    public const string VideoInput = "video_input";
    public const string Citation = "citation";
    public const string CachedInput = "cached_input";
    public const string CachedAudioInput = "cached_audio_input";
    public const string CachedImageInput = "cached_image_input";
    public const string CacheWrite = "cache_write";
    public const string CacheWrite1h = "cache_write_1h";
    public const string CacheWrite12h = "cache_write_12h";
    public const string Output = "output";
    public const string Reasoning = "reasoning";
    public const string AudioOutput = "audio_output";
    public const string ImageOutput = "image_output";
    public const string VideoOutput = "video_output";
    public const string Search = "search";
    public const string Character = "character";
    public const string Image = "image";
    public const string AudioSecond = "audio_second";
    public const string Request = "request";
    public const string WebSearch = "web_search";
    public const string Page = "page";
    public const string VideoSecond = "video_second";
    public const string FileSearch = "file_search";
    public const string TextMessage = "text_message";
}
