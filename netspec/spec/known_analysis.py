"""NetPyNE's analysis and plot functions and their arguments: what simConfig.analysis may ask for."""

FIGURE = (
    "include title suptitle xlabel ylabel xlim ylim legend scalebar colorbar grid tightLayout rcParams "
    "figSize fontSize dpi linewidth lineWidth marker markersize alpha saveData saveFig showFig "
    "fileName fileDesc fileType fileDir overwrite theme"
)
"""Arguments of every function that draws with them."""

ARGUMENTS = {
    "calculateDisynaptic": "includePost includePre includePrePre tags conns tagsFile connsFile",
    "calculateRate": "include peakBin timeRange",
    "calculatefI": "",
    "granger": (
        "cells1 cells2 spks1 spks2 label1 label2 timeRange binSize testGranger plotFig saveData saveFig "
        "showFig"
    ),
    "iplotGranger": "cells1 cells2 spks1 spks2 label1 label2 timeRange binSize saveFig showFig +",
    "iplot2Dnet": ("include view showConns popColors tagsFile figSize fontSize saveData saveFig showFig +"),
    "iplotConn": (
        "includePre includePost feature orderBy figSize groupBy groupByIntervalPre groupByIntervalPost "
        "removeWeightNorm graphType synOrConn synMech connsFile tagsFile clim fontSize saveData saveFig "
        "showFig +"
    ),
    "iplotDipole": "expData dpl t showFig +",
    "iplotDipolePSD": "expData minFreq maxFreq stepFreq norm showFig +",
    "iplotDipoleSpectrogram": "expData dpl minFreq maxFreq stepFreq norm showFig +",
    "iplotLFP": (
        "electrodes plots timeRange NFFT noverlap nperseg minFreq maxFreq stepFreq smooth separation "
        "includeAxon logx logy normSignal normPSD normSpec overlay filtFreq filtOrder detrend "
        "transformMethod colors saveData saveFig showFig +"
    ),
    "iplotRaster": (
        "include timeRange maxSpikes orderBy orderInverse popRates spikeHist spikeHistBin syncLines "
        "marker markerSize popColors saveData saveFig showFig +"
    ),
    "iplotRatePSD": (
        "include timeRange binSize maxFreq NFFT noverlap smooth overlay ylim popColors saveData saveFig "
        "showFig +"
    ),
    "iplotRxDConcentration": "speciesLabel regionLabel plane saveFig showFig +",
    "iplotSpikeHist": (
        "include legendLabels timeRange binSize overlay yaxis popColors norm smooth filtFreq filtOrder "
        "saveData saveFig showFig +"
    ),
    "iplotSpikeStats": (
        "include statDataIn timeRange graphType stats bins histlogy histlogx histmin density includeRate0 "
        "legendLabels normfit histShading xlim popColors saveData saveFig showFig +"
    ),
    "iplotTraces": (
        "include timeRange overlay oneFigPer rerun colors ylim axis fontSize figSize saveData saveFig "
        "showFig ylabel linkAxes +"
    ),
    "nTE": "cells1 cells2 spks1 spks2 timeRange binSize numShuffle",
    "plot2Dfiring": (
        "include view popColors timeRange spikeBin figSize fontSize saveData saveFig showFig lineWidth"
    ),
    "plot2Dnet": (
        "include view showConns popColors tagsFile figSize fontSize saveData saveFig showFig lineWidth"
    ),
    "plotCSD": (
        "CSDData LFPData pop timeRange dt sampr spacing_um fontSize ymax figSize overlay hlines "
        "layerBounds stimTimes saveFig dpi showFig smooth colorbar pad +"
    ),
    "plotCSDPSD": (
        "PSDData LFPData axis timeRange electrodes pop separation roundOffset NFFT noverlap nperseg "
        "minFreq maxFreq stepFreq smooth logy normSignal normPSD filtFreq filtOrder detrend "
        "transformMethod orderInverse legend colorList returnPlotter +"
    ),
    "plotCSDTimeSeries": (
        "CSDData axis timeRange electrodes pop separation orderInverse overlay scalebar legend colorList "
        "returnPlotter +"
    ),
    "plotConn": (
        "includePre includePost feature orderBy groupBy groupByIntervalPre groupByIntervalPost graphType "
        "removeWeightNorm synOrConn synMech connsFile tagsFile clim figSize fontSize saveData saveFig "
        "showFig logPlot"
    ),
    "plotDipole": "showCell showPop timeRange dpi figSize showFig saveFig",
    "plotEEG": "showCell showPop timeRange dipole_location dpi figSize showFig saveFig",
    "plotEPSPAmp": "include trace start interval number amp polarity saveFig showFig",
    "plotLFP": (
        "timeRange electrodes pop plots inputLFP NFFT noverlap nperseg minFreq maxFreq stepFreq smooth "
        "separation includeAxon logx logy normSignal normPSD normSpec filtFreq filtOrder detrend "
        "transformMethod maxPlots overlay colors figSize fontSize lineWidth dpi saveData saveFig showFig"
    ),
    "plotLFPLocations": "axis electrodes includeAxon returnPlotter +",
    "plotLFPPSD": (
        "PSDData axis timeRange electrodes pop separation roundOffset NFFT noverlap nperseg minFreq "
        "maxFreq stepFreq smooth logy normSignal normPSD filtFreq filtOrder detrend transformMethod "
        "orderInverse legend colorList returnPlotter +"
    ),
    "plotLFPSpectrogram": (
        "SpectData axis timeRange electrodes pop NFFT noverlap nperseg minFreq maxFreq stepFreq smooth "
        "logy normSignal normPSD filtFreq filtOrder detrend transformMethod returnPlotter +"
    ),
    "plotLFPTimeSeries": (
        "LFPData axis timeRange electrodes pop separation normSignal filtFreq filtOrder detrend "
        "orderInverse overlay scalebar legend colorList returnPlotter +"
    ),
    "plotRaster": (
        "rasterData axis timeRange maxSpikes orderBy popRates popNumCells popLabels popColors syncLines "
        "colorbyPhase legend colorList orderInverse returnPlotter include labels spikeHist spikeHistBin "
        "lw marker markerSize figSize fontSize dpi saveData saveFig showFig +"
    ),
    "plotRatePSD": (
        "include timeRange binSize minFreq maxFreq transformMethod stepFreq NFFT noverlap smooth norm "
        "overlay popColors yLogScale ylim figSize fontSize lineWidth saveData saveFig showFig"
    ),
    "plotRateSpectrogram": (
        "include timeRange binSize minFreq maxFreq stepFreq NFFT noverlap smooth overlay ylim "
        "transformMethod norm popColors lineWidth fontSize figSize saveData saveFig showFig"
    ),
    "plotRates": ("include peakBin timeRanges timeRangeLabels colors figSize saveData ylim saveFig showFig"),
    "plotRxDConcentration": (
        "speciesLabel regionLabel plane figSize clim fontSize scalebar title showFig saveFig +"
    ),
    "plotShape": (
        "axis includePre includePost showSyns showElectrodes synStyle synSize synColor dist elev azim "
        "cvar cvals clim iv ivprops includeAxon bkgColor aspect axisLabels kind returnPlotter dpi +"
    ),
    "plotSpikeFreq": (
        "freqData axis timeRange popNumCells popLabels popColors binSize norm smooth filtFreq filtOrder "
        "legend colorList returnPlotter +"
    ),
    "plotSpikeHist": (
        "histData axis timeRange popNumCells popLabels popColors binSize histType stacked cumulative log "
        "density legend colorList returnPlotter include graphType measure norm smooth filtFreq filtOrder "
        "figSize dpi saveData saveFig showFig +"
    ),
    "plotSpikeStats": (
        "include statDataIn timeRange graphType stats bins histlogy histlogx histmin density includeRate0 "
        "legendLabels normfit histShading xlim popColors figSize fontSize dpi saveData saveFig showFig +"
    ),
    "plotSyncs": "include timeRanges timeRangeLabels colors figSize saveData saveFig showFig",
    "plotTraces": (
        "include timeRange oneFigPer rerun title subtitles overlay colors ylim axis legend scaleBarLoc "
        "figSize fontSize saveData saveFig showFig"
    ),
    "plotfI": (
        "amps times dur target calculateOnset targetRatesOnset durSteady targetRatesSteady "
        "calculateFeatures saveFig showFig"
    ),
    "popAvgRates": "tranges show",
    "prepareCSD": (
        "timeRange electrodes pop dt sampr spacing_um minf maxf vaknin norm saveData getAllData +"
    ),
    "prepareLFP": "timeRange electrodes pop LFPData normSignal filtFreq filtOrder detrend +",
    "preparePSD": (
        "LFPData CSD timeRange electrodes pop NFFT noverlap minFreq maxFreq stepFreq smooth logy "
        "normSignal normPSD filtFreq filtOrder detrend transformMethod +"
    ),
    "prepareRaster": (
        "include timeRange maxSpikes orderBy popRates colorbyPhase saveData fileName fileDesc fileType "
        "fileDir +"
    ),
    "prepareSpectrogram": (
        "timeRange electrodes pop LFPData NFFT noverlap nperseg minFreq maxFreq stepFreq smooth "
        "includeAxon logy normSignal normPSD normSpec filtFreq filtOrder detrend transformMethod +"
    ),
    "prepareSpikeData": (
        "include timeRange maxSpikes orderBy popRates syncLines saveData fileName fileDesc fileType "
        "fileDir colorbyPhase +"
    ),
    "prepareSpikeHist": (
        "include timeRange maxSpikes popRates saveData fileName fileDesc fileType fileDir binSize +"
    ),
    "syncMeasure": "",
}
"""Arguments by name of the function; + stands for those of FIGURE."""

KNOWN_ANALYSIS = {
    name: frozenset(arguments.replace("+", FIGURE).split()) for name, arguments in ARGUMENTS.items()
}
"""Function -> the names of its arguments."""
