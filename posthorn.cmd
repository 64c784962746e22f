@echo off
rem Runs the posthorn command line; builds it first where it is missing.
rem   JAVA_HOME            the Java to run on (17 or newer); else the one on the PATH
rem   POSTHORN_JAVA_OPTS   further arguments for the JVM, e.g. -Xmx8g
rem   POSTHORN_NO_BUILD=1  never build: run what is there
setlocal
set "HOME_DIR=%~dp0"
set "TARGET=%HOME_DIR%tools\target"
set "JAR=%TARGET%\posthorn.jar"
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"

rem The module came with Java 16: an older one does not know it.
"%JAVA%" --add-modules jdk.incubator.vector --version >nul 2>nul
if errorlevel 1 (
    echo posthorn: needs Java 17 or newer, in JAVA_HOME or on the PATH 1>&2
    exit /b 2
)
if exist "%JAR%" goto run
if defined POSTHORN_NO_BUILD (
    echo posthorn: "%JAR%" is missing, and POSTHORN_NO_BUILD forbids to build it 1>&2
    exit /b 2
)
echo posthorn: building (first use)... 1>&2
if not exist "%TARGET%" mkdir "%TARGET%"
pushd "%HOME_DIR%"
call mvn -B -q -ntp -Dfast -pl tools -am package >"%TARGET%\build.log" 2>&1
set "STATUS=%ERRORLEVEL%"
popd
if not "%STATUS%"=="0" (
    type "%TARGET%\build.log" 1>&2
    echo posthorn: the build failed 1>&2
    exit /b 2
)

:run
set RUN=-jar "%JAR%"
if exist "%TARGET%\native" set RUN=--add-exports java.base/jdk.internal.module=ALL-UNNAMED -cp "%JAR%;%TARGET%\native\*" dev.posthorn.tools.Launcher
"%JAVA%" -XX:MaxRAMPercentage=70 -XX:+UseSerialGC %POSTHORN_JAVA_OPTS% %RUN% %*
exit /b %ERRORLEVEL%
